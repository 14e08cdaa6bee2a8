"""Amounts in templates: {{ amount|euros }}."""

from django import template

from solmu.costs.money import euros

register = template.Library()

register.filter("euros", euros)
