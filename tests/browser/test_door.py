from playwright.sync_api import expect


def test_somebody_signs_in_and_out_by_keyboard(page_for):
    page = page_for()
    page.goto("/")
    expect(page).to_have_title("Entrar · Teleconsult")
