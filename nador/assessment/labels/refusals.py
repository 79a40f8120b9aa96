"""Words for what assessment refuses."""

from __future__ import annotations

from nador.assessment.labels import marking
from nador.assessment.labels.submissions import SUBMISSIONS
from nador.kernel.errors import counted
from nador.kernel.i18n import msgid

ERRORS = {
    **marking.ERRORS,
    "not_a_flag": msgid("Write true or false."),
    "not_ids": msgid("Write a list of numbers."),
    "mark_unreadable": msgid("Write a number, for example 14.5 or 14,5."),
    "mark_too_fine": msgid("Write at most two decimals."),
    "mark_out_of_range": msgid("Write a number from 0 to %(out_of)s."),
    "mark_and_excuse": msgid("Write a mark, or excuse the learner, not both."),
    "reason_needed": msgid(
        "The learner has seen this grade: write why it changes. The reason stays in the history."
    ),
    "hide_reason_needed": msgid(
        "Learners have seen these grades: write why they are hidden. The reason stays in the history."
    ),
    "override_reason_needed": msgid(
        "Write why another mark holds than the computed one. The learner reads it in the trace."
    ),
    "no_such_mark": msgid("This course has no such mark."),
    "results_rest": msgid(
        "Confirmed results rest on these grades. Reopen the run before they are hidden."
    ),
    "nothing_to_contest": msgid("There is no released grade and no confirmed result to contest."),
    "appeal_too_late": msgid("The time to contest this ended on %(until)s."),
    "appeal_open_already": msgid("You have contested this already: the answer is on its way."),
    "appeal_answered_already": msgid(
        "You have contested this already, and it was answered. That answer is final."
    ),
    "appeal_is_decided": msgid("This appeal is decided."),
    "appeal_reason_needed": msgid("Write what should be looked at again, and why."),
    "appeal_answer_needed": msgid("Write the answer: the learner reads it."),
    "assignee_not_fit": msgid(
        "An appeal is decided by somebody who may change what is contested and did not mark it."
    ),
    "not_the_assignee": msgid("Only the person to whom this appeal was given decides it."),
    "appeal_changes_nothing": msgid("Write the new grade, or deny the appeal."),
    "result_to_reopen": msgid(
        "The learner's result is confirmed. A registrar reopens it first, on this page."
    ),
    "nothing_eased": msgid("Give extra time, attempts, days or a date."),
    "accommodation_reason_needed": msgid("Write why: others must understand it later."),
    "dates_need_assessment": msgid("A date needs its assessment: for the whole run give days."),
    "eased_too_far": msgid("Write a number from 0 to %(limit)s."),
    "group_in_use": msgid("An accommodation names this group: it can’t be deleted any more."),
    "quiz_not_open": msgid("It opens on %(opens_at)s."),
    "quiz_closed": msgid("It closed on %(closes_at)s."),
    "quiz_not_ready": msgid("This quiz is not open to learners."),
    "no_attempt_left": counted(
        "The one attempt that you have is used.", "All %(count)s attempts are used."
    ),
    "attempt_too_soon": msgid("Your next attempt can begin on %(begins_at)s."),
    "no_time_for_another": msgid(
        "There is no time for another attempt: the quiz closes on %(closes_at)s."
    ),
    "quiz_in_use": msgid("Learners have begun: the questions stay as they are."),
    "quiz_empty": msgid("There is no question in this quiz yet."),
    "quiz_question_not_ready": msgid("Only questions that are ready can be asked."),
    "quiz_question_twice": msgid("This question is in the quiz already."),
    "quiz_too_many_questions": msgid("A quiz has at most %(limit)s questions."),
    "quiz_number_beyond": msgid("Write a number from %(least)s to %(most)s."),
    "quiz_window_backwards": msgid("It must close after it opens."),
    "not_a_quiz": msgid("An assessment of this kind is not taken as a quiz."),
    "regrade_moved": msgid(
        "Attempts or keys changed meanwhile. Below is what would change now: look at it and grade again."
    ),
    "too_many_aside": msgid(
        "%(limit)s answers that do not count are kept for this question already: this one is not. "
        "Load the page again and go on from the answer that counts."
    ),
    "attempt_running": msgid("This attempt is not handed in."),
    "void_reason_needed": msgid("Write why the attempt is void: the learner reads it."),
    "quiz_answers_moved": msgid("Somebody else has marked this meanwhile. Look again, then save."),
    "quiz_mark_beyond": msgid("Write points from 0 to %(points)s."),
    "no_sheet": msgid("Choose a file."),
    "no_reference_column": msgid(
        "No column is called “Reference”: without it nobody knows whose row is whose."
    ),
    "no_grade_column": msgid("No column has the name or the code of an assessment of this run."),
    "column_of_two": msgid("Two columns are for the same assessment: %(columns)s."),
    "learner_unknown": msgid("Nobody on this run has this reference."),
    "learner_twice": msgid("This learner stands on line %(line)s already."),
    "sheet_has_errors": counted(
        "The file has one error; nothing was saved.",
        "The file has %(count)s errors; nothing was saved.",
    ),
    "gradebook_moved": msgid(
        "Somebody changed grades meanwhile. This is what the file would do now: look again, then save."
    ),
    "stale": msgid(
        "Somebody else changed this grade meanwhile. Theirs: %(theirs)s. Yours: %(yours)s."
    ),
    "grades_refused": counted(
        "One grade was refused; nothing was saved.",
        "%(count)s grades were refused; nothing was saved.",
    ),
    "learner_not_active": msgid("This learner has no place on the run: no grade can be given."),
    "result_confirmed": msgid(
        "This learner's result is confirmed. Reopen the run to change its grades."
    ),
    "run_not_ended": msgid("The run has not ended yet."),
    "run_not_concludable": msgid("There is nothing to conclude on this run."),
    "meetings_unsettled": counted(
        "One past meeting is neither held nor cancelled.",
        "%(count)s past meetings are neither held nor cancelled.",
    ),
    "grades_not_released": counted(
        "The grades of one assessment are not released.",
        "The grades of %(count)s assessments are not released.",
    ),
    "question_kind_unknown": msgid("There is no type of question called “%(kind)s”."),
    "question_part_missing": msgid("This part of the question is missing."),
    "question_part_unreadable": msgid("This part of the question cannot be read."),
    "question_part_unknown": msgid("This type of question has no such part."),
    "question_part_too_long": msgid("Write at most %(limit)s characters."),
    "question_too_few_parts": counted(
        "Give at least %(count)s entry.", "Give at least %(count)s entries."
    ),
    "question_too_many_parts": msgid("Give at most %(limit)s entries."),
    "question_part_twice": msgid(
        "This stands here twice: no answer could tell which one is meant."
    ),
    "question_number_out_of_range": msgid("Write a number from %(least)s to %(most)s."),
    "question_credit_too_fine": msgid("Write a percentage with at most five decimals."),
    "question_no_right_answer": msgid("One answer at least must earn the whole credit."),
    "question_credits_uneven": msgid("The credits of the right answers must add up to the whole."),
    "question_image_missing": msgid("The image “%(name)s” is not among the files of the question."),
    "question_gap_unplaced": msgid(
        "%(place)s must stand in the text exactly once: it is the place of a gap."
    ),
    "answer_too_many_files": msgid("Hand in at most %(limit)s files."),
    "answer_file_of_another_kind": msgid("Only files of these kinds are taken: %(kinds)s."),
    "answer_file_too_large": msgid("A file may have at most %(limit)s kB."),
    "question_name_missing": msgid("Write a name."),
    "question_name_taken": msgid("“%(name)s” is there already."),
    "question_tree_too_deep": msgid("Categories go at most %(limit)s levels deep."),
    "question_in_use": msgid("Learners have seen this question. Retire it instead."),
    "question_tags_too_many": msgid("Give at most %(limit)s tags."),
    "question_pool_too_small": msgid(
        "%(asked)s questions are to be drawn, but only %(count)s are ready."
    ),
    "question_image_unknown": msgid("The image “%(name)s” is not among the files of this bank."),
    "question_image_unreadable": msgid("Only PNG, JPEG, GIF and WebP images are taken."),
    "exchange_left_out": msgid("Left out: %(what)s"),
    "exchange_not_carried": msgid("The format has no place for this question (%(what)s)."),
    "exchange_not_supported": msgid("This has no equal here: %(what)s"),
    "exchange_not_readable": msgid("This cannot be read: %(what)s"),
    "exchange_too_large": msgid("The file is too large, or holds too much (limit: %(limit)s)."),
    "exchange_unknown_format": msgid(
        "This is no file of questions that is known here: GIFT, Moodle XML, QTI, CSV or XLSX."
    ),
    "answer_unreadable": msgid("This answer cannot be read. Reload the page and answer again."),
    "answer_too_long": msgid("The answer may have at most %(limit)s characters."),
    **SUBMISSIONS,
}
