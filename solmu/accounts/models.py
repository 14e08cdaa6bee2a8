"""Accounts: who can sign in, and with which tokens a program acts for them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password they sign in by a link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a system administrator."""
        return self.create_user(email, password, is_admin=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. Who they are is a people.Person; this is the key to the door."""

    PERSONAL: ClassVar = {"email": "e-mail address for signing in"}
    IMPERSONAL: ClassVar = {"password", "language"}

    email = models.EmailField(_("e-mail"))
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    language = models.CharField(max_length=2, blank=True, default="")
    date_joined = models.DateTimeField(default=clock.real_now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Django's name for a system administrator."""
        return self.is_admin


class ApiToken(models.Model):
    """A token with which a program acts as a user, until it expires or is revoked."""

    PERSONAL: ClassVar = {"name": "what the user calls the token"}
    IMPERSONAL: ClassVar = {"token_hash"}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.real_now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer once given to a POST, kept for 24 hours per token, address and key."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE)
    address = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, default="application/json")
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=clock.real_now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token", "address", "key"], name="idempotency_key_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.key
