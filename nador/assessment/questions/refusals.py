"""What the door of a question refuses; `field` names the part: options.2.text."""

from nador.kernel.errors import Invalid


class KindUnknown(Invalid):
    """There is no such type of question."""

    code = "question_kind_unknown"


class PartMissing(Invalid):
    """A part that the question needs is empty."""

    code = "question_part_missing"


class PartUnreadable(Invalid):
    """A part is of another shape than it has to be."""

    code = "question_part_unreadable"


class PartUnknown(Invalid):
    """The type of question has no such part."""

    code = "question_part_unknown"


class PartTooLong(Invalid):
    """A text has more than `limit` characters."""

    code = "question_part_too_long"


class TooFewParts(Invalid):
    """A list has fewer than `least` entries."""

    code = "question_too_few_parts"


class TooManyParts(Invalid):
    """A list has more than `limit` entries."""

    code = "question_too_many_parts"


class PartTwice(Invalid):
    """Two entries of a list are the same, so that no answer could tell them apart."""

    code = "question_part_twice"


class NumberOutOfRange(Invalid):
    """A number is not within `least` and `most`."""

    code = "question_number_out_of_range"


class CreditTooFine(Invalid):
    """A credit is neither a percentage with five decimals nor a simple fraction."""

    code = "question_credit_too_fine"


class NoRightAnswer(Invalid):
    """No answer earns the whole credit."""

    code = "question_no_right_answer"


class CreditsUneven(Invalid):
    """The credits of the right choices do not add up to the whole."""

    code = "question_credits_uneven"


class ImageMissing(Invalid):
    """A text shows an image that is not among the question's files."""

    code = "question_image_missing"


class AnswerUnreadable(Invalid):
    """What came back from the page is no answer to this question."""

    code = "answer_unreadable"


class AnswerTooLong(Invalid):
    """An answer has more than `limit` characters."""

    code = "answer_too_long"


class TooManyFiles(Invalid):
    """An answer has more than `limit` files."""

    code = "answer_too_many_files"


class FileOfAnotherKind(Invalid):
    """A file's name ends otherwise than the question asks."""

    code = "answer_file_of_another_kind"


class FileTooLarge(Invalid):
    """A file has more than `limit` kilobytes."""

    code = "answer_file_too_large"


class GapUnplaced(Invalid):
    """A gap has no place in the text, or more than one."""

    code = "question_gap_unplaced"
