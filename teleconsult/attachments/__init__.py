"""Files of a case: photographs, exams, documents."""
