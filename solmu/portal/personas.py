"""The demo's personas: people that a newcomer can sign in as with one button."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Persona:
    """A fictional person with a place in an institution, or none."""

    slug: str
    given_name: str
    family_name: str
    description: str | Promise
    institution: str = ""
    role: str = ""
    title: str = ""


PERSONAS = (
    Persona(
        "rector",
        "Kaisa",
        "Kanervala",
        _("Rector, Ammattiopisto Tavastia"),
        "tavastia",
        "leader",
        "rehtori",
    ),
    Persona(
        "coordinator",
        "Onni",
        "Pajulahti",
        _("Partnership coordinator, Ammattiopisto Tavastia"),
        "tavastia",
        "coordinator",
        "kumppanuuskoordinaattori",
    ),
    Persona(
        "network-lead",
        "Venla",
        "Kivikumpu",
        _("Coordinator of Välkky, Hyria koulutus"),
        "hyria",
        "coordinator",
        "verkostokoordinaattori",
    ),
    Persona(
        "member",
        "Leo",
        "Rantaraitti",
        _("Teacher in Välkky's Digipedagogiikka group, Kiipulan ammattiopisto"),
        "kiipula",
        "contributor",
        "opettaja",
    ),
    Persona(
        "trainer",
        "Saara",
        "Haapasuo",
        _("Trainer of workplace instructors, Turun Aikuiskoulutuskeskus"),
        "tuakk",
        "contributor",
        "kouluttaja",
    ),
    Persona(
        "assistant",
        "Pyry",
        "Lintukorpi",
        _("Training assistant, Turun Aikuiskoulutuskeskus"),
        "tuakk",
        "contributor",
        "koulutusassistentti",
    ),
    Persona("learner", "Aino", "Ruislaakso", _("Workplace instructor in training, at a company")),
    Persona("company", "Elias", "Suvantola", _("Signatory of a partner company")),
    Persona(
        "facilitator",
        "Iida",
        "Kuutamolahti",
        _("Facilitator of MeWeT's simulations, Turun Aikuiskoulutuskeskus"),
        "tuakk",
        "contributor",
        "simulaatio-ohjaaja",
    ),
    Persona(
        "outsider",
        "Otso",
        "Tikankolo",
        _("Coordinator at Esimerkkilän ammattiopisto, outside Välkky"),
        "esimerkkila",
        "coordinator",
        "koordinaattori",
    ),
    Persona("admin", "Hilla", "Vuorijärvi", _("System administrator")),
)
