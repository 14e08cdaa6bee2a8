"""System administrators: given their rights, and taken them away, one of them always left."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from solmu.accounts.models import User

log = logging.getLogger("solmu.accounts")


class AdministratorError(ValueError):
    """The rights can't be given or taken; the message says why."""


@transaction.atomic
def give(user: User, *, by: str) -> None:
    """Make a user a system administrator."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise AdministratorError(_("This account is closed."))
    if not user.is_admin:
        user.is_admin = True
        user.save(update_fields=["is_admin"])
        log.warning("user %s was made an administrator by %s", user.pk, by)


@transaction.atomic
def take(user: User, *, by: str) -> None:
    """Take a user's rights as a system administrator; the last one keeps them."""
    # All are locked, so that two of them can't take each other's at once.
    admins = {one.pk: one for one in User.objects.select_for_update().filter(is_admin=True)}
    if user.pk not in admins:
        return
    if not any(one.is_active for key, one in admins.items() if key != user.pk):
        raise AdministratorError(_("Somebody has to stay an administrator."))
    user = admins[user.pk]
    user.is_admin = user.is_superuser = False
    user.save(update_fields=["is_admin", "is_superuser"])
    log.warning("user %s is no administrator any more, by %s", user.pk, by)
