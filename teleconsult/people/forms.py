"""Forms of the door and of one's own account."""

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired

from teleconsult.web import BaseForm, _l


class SignInForm(BaseForm):
    """Who, and the password. `next` and `kept` lead back to where the person was."""

    who = StringField(_l("CPF ou e-mail institucional"), [DataRequired(_l("Escreva o seu CPF ou e-mail."))])
    password = PasswordField(_l("Senha"), [InputRequired(_l("Escreva a sua senha."))])
    shared = BooleanField(_l("Computador da unidade: sair sozinho após 15 minutos parado"), default=True)
    next = HiddenField()
    kept = HiddenField()


class ResetForm(BaseForm):
    """Whose password is to be made anew."""

    who = StringField(_l("CPF ou e-mail institucional"), [DataRequired(_l("Escreva o seu CPF ou e-mail."))])


def _new() -> PasswordField:
    return PasswordField(_l("Nova senha"), [InputRequired(_l("Escreva a nova senha."))])


def _again() -> PasswordField:
    return PasswordField(_l("A mesma senha outra vez"), [EqualTo("password", _l("As duas senhas não são iguais."))])


class NewPasswordForm(BaseForm):
    """A new password, twice."""

    password, password_again = _new(), _again()


class ChangePasswordForm(BaseForm):
    """The present password, and the new one."""

    password_now = PasswordField(_l("Senha atual"), [InputRequired(_l("Escreva a sua senha atual."))])
    password, password_again = _new(), _again()
    next = HiddenField()


class TermsForm(BaseForm):
    """Agreement to the terms of use."""

    agree = BooleanField(
        _l("Li e aceito os termos de uso"), [InputRequired(_l("Para usar o sistema, é preciso aceitar os termos."))]
    )
    next = HiddenField()
