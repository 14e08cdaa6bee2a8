"""The company register, asked for a workplace that the directory doesn't know."""

import logging

from django.conf import settings

from solmu.lib.http import ServiceError
from solmu.organisations import company_register
from solmu.training.workplaces import Workplace

logger = logging.getLogger(__name__)


def look_up(business_id: str) -> Workplace | None:
    """The workplace as the company register knows it; None when it doesn't, or doesn't answer."""
    if not settings.SOLMU_COMPANY_REGISTER:
        return None
    try:
        found = company_register.find(business_id)
    except ServiceError as error:
        # Whoever enrols writes the name themselves; nobody waits for a register.
        logger.warning("company register: %s", error)
        return None
    if found is None or found.ended or not found.name:
        return None
    return Workplace(business_id, found.name, municipality=found.municipality, source="prh")
