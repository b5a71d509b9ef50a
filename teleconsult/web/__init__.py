"""What every feature's pages share: forms, headers, error pages, paging, dates, references."""

from teleconsult.web.forms import BaseForm, VersionedForm, _l, show_overtaken, show_refusal, twice
from teleconsult.web.paging import PAGE_SIZE, Page, edge_asked, page_by_key, page_of
from teleconsult.web.refs import new_ref
from teleconsult.web.setup import init_web, storage_fault
from teleconsult.web.words import say

__all__ = [
    "PAGE_SIZE",
    "BaseForm",
    "Page",
    "VersionedForm",
    "_l",
    "edge_asked",
    "init_web",
    "new_ref",
    "page_by_key",
    "page_of",
    "say",
    "show_overtaken",
    "show_refusal",
    "storage_fault",
    "twice",
]
