def test_signs_in(sign_in):
    assert sign_in("marina").get("/account").status_code == 200
