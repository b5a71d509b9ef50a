"""Forms of the door: signing in, passwords, terms."""

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from teleconsult.web import BaseForm, _l


class SignInForm(BaseForm):
    """Who, and the password. `next` and `kept` lead back to where the person was."""

    who = StringField(_l("CPF ou e-mail institucional"), [InputRequired(_l("Escreva o seu CPF ou e-mail."))])
    password = PasswordField(_l("Senha"), [InputRequired(_l("Escreva a sua senha."))])
    shared = BooleanField(_l("Computador da unidade: sair sozinho após 15 minutos parado"), default=True)
    next = HiddenField()
    kept = HiddenField()
