"""A catalogue file without a fault, in parts."""

HEAD = """\
schema = 1
currency = "MAD"
mark_scale = 20
timezone = "Africa/Casablanca"

[[mentions]]
min = 16.0
ar = "حسن جدا"
fr = "Très bien"
en = "Very good"

[[skills]]
code = "PYTHON"
ar = "بايثون"
fr = "Python"
en = "Python"
"""
COURSE = """
[[courses]]
code = "IA-101"
domain = "foundations"
level = 1
hours = 20
mode = "blended"
languages = ["fr", "ar"]
prerequisites = []
capacity = 25
fee = 0
min_attendance = 70
pass_mark = 10.0
document = "certificat"
skills = ["PYTHON"]
unesco = ["HCM.U"]
digcomp = ["1.2"]
[courses.title]
fr = "Comprendre"
en = "Understand"
ar = "الفهم"
[courses.summary]
fr = "Résumé"
en = "Summary"
ar = "ملخص"
[[courses.assessments]]
code = "QCM"
kind = "quiz"
weight = 40
min_mark = 0.0
title = { fr = "Questionnaire", en = "Quiz", ar = "اختبار" }
[[courses.assessments]]
code = "CAS"
kind = "assignment"
weight = 60
min_mark = 7.0
title = { fr = "Étude de cas", en = "Case study", ar = "دراسة حالة" }
"""
GOOD = HEAD + COURSE
PROGRAMME = """
[[programmes]]
code = "P-IA"
courses = ["IA-101"]
title = { fr = "Parcours", en = "Path", ar = "مسار" }
summary = { fr = "Résumé", en = "Summary", ar = "ملخص" }
"""
