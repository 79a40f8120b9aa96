from nador.demo.people import crowd


def test_the_crowd_is_the_same_every_time() -> None:
    assert crowd(200) == crowd(200)


def test_nobody_shares_a_name_or_an_address() -> None:
    people = crowd(200)
    addresses = [person.email for person in people if person.email]

    assert len({person.name_latin for person in people}) == 200
    assert len({person.name_arabic for person in people}) == 200
    assert len(set(addresses)) == len(addresses) == 172


def test_names_are_in_their_own_scripts() -> None:
    for person in crowd(200):
        assert not any("\u0600" <= letter <= "\u06ff" for letter in person.name_latin)
        assert all(letter == " " or "\u0600" <= letter <= "\u06ff" for letter in person.name_arabic)
