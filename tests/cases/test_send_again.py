"""A returned case that is completed and sent again."""

from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.request import Problem
from teleconsult.extensions import db, transaction
from tests import world


def test_problems_of_a_returned_case_may_stay_change_and_go(case_in):
    walk = case_in(State.RETURNED)
    asked = [Problem("Hanseníase", "cid10", "A30"), Problem("Queimadura"), Problem("Tabagismo")]
    for problems in (asked, asked[1:], asked[1:], []):
        with transaction(walk.case, walk.case.version):
            request = world.request(problems=tuple(problems))
            actions.submit(walk.case, request, patient=walk.case.patient, by=world.person("marina"))
        db.session.refresh(walk.case)
        assert [(row.number, row.title) for row in walk.case.problems] == [
            (number, problem.title) for number, problem in enumerate(problems, 1)
        ]
        if problems:
            walk.do("return_", {"objective": "Falta o exame."}, by="rosangela")
