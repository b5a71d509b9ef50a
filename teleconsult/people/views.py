"""The people screens: each module hangs its pages on the one blueprint."""

from teleconsult.people import views_account, views_door, views_import, views_links, views_manage
from teleconsult.people.blueprint import bp

__all__ = ["bp", "views_account", "views_door", "views_import", "views_links", "views_manage"]
