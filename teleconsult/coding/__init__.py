"""Codes of health problems: ICD-10 (CID-10) and the operator's own CIAP-2."""
