"""The managers' screens of hours under one blueprint."""

from teleconsult.credits import views_activities, views_rules
from teleconsult.credits.views_desk import bp

__all__ = ["bp", "views_activities", "views_rules"]
