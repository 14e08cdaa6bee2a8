"""Tells mypy what the middlewares put on every request, so that views can say HttpRequest."""

from collections.abc import Callable

from mypy.nodes import TypeInfo
from mypy.plugin import AttributeContext, ClassDefContext, Plugin
from mypy.plugins.common import add_attribute_to_class
from mypy.types import AnyType, Instance, Type, TypeOfAny

REQUEST = "django.http.request.HttpRequest"
ATTRIBUTES = {
    f"{REQUEST}.viewer": "solmu.people.viewer.Viewer",
    f"{REQUEST}.demo": "builtins.bool",
}


def _add_attributes(context: ClassDefContext) -> None:
    for name in ATTRIBUTES:
        attribute = name.rpartition(".")[2]
        if attribute not in context.cls.info.names:
            add_attribute_to_class(
                context.api, context.cls, attribute, AnyType(TypeOfAny.special_form)
            )


def _type_of(context: AttributeContext) -> Type:
    name = getattr(context.context, "name", "")
    module, _, class_name = ATTRIBUTES.get(f"{REQUEST}.{name}", "").rpartition(".")
    modules = context.api.modules  # type: ignore[attr-defined]
    if module not in modules or class_name not in modules[module].names:
        return context.default_attr_type  # what is checked now doesn't know of viewers
    node = modules[module].names[class_name].node
    return Instance(node, []) if isinstance(node, TypeInfo) else context.default_attr_type


class RequestPlugin(Plugin):
    """Adds the attributes to Django's class, and gives them their types where they are read."""

    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        """Where Django's class is built."""
        return _add_attributes if fullname == REQUEST else None

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Where an attribute is read."""
        return _type_of if fullname in ATTRIBUTES else None


def plugin(version: str) -> type[Plugin]:
    """What mypy calls."""
    return RequestPlugin
