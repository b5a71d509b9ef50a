"""The text a patient agrees to before a case is shown to a specialist, by its version. Pure.

A consent keeps the version of the text that was shown. A new text is a new version; the old ones stay,
because cases were sent under them.
"""

from teleconsult.errors import N_

TEXTS: dict[str, tuple[str, ...]] = {
    "2026-11": (
        N_("O caso será mostrado a um especialista da rede, para uma segunda opinião."),
        N_("Quem atende o caso e quem cuida da fila vê só o necessário: dados clínicos, exames e fotos."),
        N_("Tudo que é visto ou escrito fica registrado e guardado como prontuário."),
        N_("O cuidado continua com a equipe da unidade, que decide com o paciente."),
        N_("O paciente pode dizer não, ou voltar atrás depois, sem perder o atendimento."),
    ),
}
"""Version → what is read to the patient, sentence by sentence."""
