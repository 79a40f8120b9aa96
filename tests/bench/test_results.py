"""The comparison with OULAD on a few rows, each of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import bench_results
from tests.demo.test_oulad import SET, write

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

STUDENTS = {
    # number: recorded, coursework out of 100 (10 weighs 12.5, 11 weighs 87.5), examination
    "1": ("Pass", 60, 80, 55),
    "2": ("Distinction", 90, 95, 90),
    "3": ("Fail", 20, 10, 5),
    "5": ("Fail", 90, 90, 35),
    "6": ("Fail", 60, 60, 60),
    "7": ("Pass", 20, 20, 41),
    "8": ("Fail", 100, 100, None),
    "9": ("Fail", None, 30, None),
    "10": ("Pass", None, 90, 80),
    "11": ("Fail", 30, 30, 90),
}


def a_slice(folder: Path) -> Path:
    """Write one presentation whose examination is published, and one whose is not."""
    info, registered, scores = (
        SET[name].splitlines()[0] + "\n"
        for name in ("studentInfo", "studentRegistration", "studentAssessment")
    )
    for number, (result, *marks) in STUDENTS.items():
        info += f"AAA,2013B,{number},{result}\n"
        registered += f"AAA,2013B,{number},-3,\n"
        for paper, mark in zip(("10", "11", "12"), marks, strict=True):
            scores += "" if mark is None else f"{paper},{number},5,0,{mark}\n"
    info += "AAA,2013J,4,Pass\n"
    registered += "AAA,2013J,4,-3,\n"
    papers = SET["assessments"] + "AAA,2013J,21,TMA,30,100\nAAA,2013J,22,Exam,,100\n"
    return write(
        folder,
        assessments=papers,
        studentInfo=info,
        studentRegistration=registered,
        studentAssessment=scores + "21,4,18,0,100\n",
    )


def test_agreement_and_each_kind_of_disagreement_are_counted(
    session: Session, tmp_path: Path
) -> None:
    bench_results.bring_in(session, a_slice(tmp_path))

    found = bench_results.agreement(session)

    assert found["every_mark_there"] == {
        "students": 11,
        "compared": 7,
        "agree": 3,
        "agree_per_cent": 42.86,
        "others": {
            "not comparable: no mark of the examination": 2,
            "failed there with an examination below 40, mean of 40 or more here": 1,
            "failed there for a reason that no mark says": 1,
            "passed there, mean below 40 here": 1,
            "failed there with coursework below 40, mean of 40 or more here": 1,
            "not comparable: coursework not marked": 1,
            "not comparable: no examination published": 1,
        },
    }
    assert found["missing_counts_0"] == {
        "students": 11,
        "compared": 10,
        "agree": 5,
        "agree_per_cent": 50.0,
        "others": {
            "failed there with an examination below 40, mean of 40 or more here": 1,
            "failed there for a reason that no mark says": 1,
            "passed there, mean below 40 here": 1,
            "failed there without an examination, mean of 40 or more here": 1,
            "failed there with coursework below 40, mean of 40 or more here": 1,
            "no examination published": 1,
        },
    }


def test_the_largest_presentation_takes_four_statements_a_page(
    session: Session, tmp_path: Path
) -> None:
    bench_results.bring_in(session, a_slice(tmp_path))

    found = bench_results.largest(session)

    assert found["learners"] == 10
    assert max(found["statements"].values()) <= 4


def test_without_the_set_nothing_is_compared(tmp_path: Path) -> None:
    away = tmp_path / "away"

    assert bench_results.measure(data=away) == {"skipped": f"the OULAD files are not in {away}"}
