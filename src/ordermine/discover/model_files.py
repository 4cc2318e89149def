"""A model in the file formats of other tools: PNML and PTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ordermine.discover.model_parts import Tree

if TYPE_CHECKING:
    from lxml import etree

    from ordermine.discover.model_parts import PetriNet

_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(name: str) -> str:
    """Make the characters of a name that XML 1.0 can't carry visible: as control pictures, else as U+FFFD."""
    return _NOT_IN_XML.sub(lambda match: _picture(match[0]), name)


def _picture(character: str) -> str:
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"


def pnml(net: PetriNet) -> str:
    """Return a Petri net as PNML."""
    from lxml import etree

    root = etree.Element("pnml")
    net_element = etree.SubElement(root, "net", id="net", type="http://www.pnml.org/version-2009/grammar/pnmlcoremodel")
    _text(net_element, "name", "ordermine")
    page = etree.SubElement(net_element, "page", id="page")
    initial = dict(net.initial_marking)
    for place in net.places:
        element = etree.SubElement(page, "place", id=place)
        _text(element, "name", place)
        if place in initial:
            _text(element, "initialMarking", str(initial[place]))
    for transition in net.transitions:
        element = etree.SubElement(page, "transition", id=transition.id)
        if transition.label is None:
            _text(element, "name", transition.id)
            silent = {
                "tool": "ProM",
                "version": "6.4",
                "activity": "$invisible$",
                "localNodeID": transition.id,
            }
            etree.SubElement(element, "toolspecific", silent)
        else:
            _text(element, "name", transition.label)
    for number, arc in enumerate(net.arcs):
        element = etree.SubElement(page, "arc", id=f"a{number}", source=arc.source, target=arc.target)
        if arc.weight > 1:
            _text(element, "inscription", str(arc.weight))
    marking = etree.SubElement(etree.SubElement(net_element, "finalmarkings"), "marking")
    for place, tokens in net.final_marking:
        etree.SubElement(etree.SubElement(marking, "place", idref=place), "text").text = str(tokens)
    return _document(root)


def ptml(tree: Tree) -> str:
    """Return a process tree as PTML."""
    from lxml import etree

    operators = {"->": "sequence", "X": "xor", "+": "and", "*": "xorLoop"}
    root = etree.Element("ptml")
    process = etree.SubElement(root, "processTree", id="tree", name="ordermine", root="n0")
    edges: list[tuple[int, int]] = []
    nodes = [tree]
    for number, node in enumerate(nodes):
        if node.operator is not None:
            tag = operators[node.operator]
        else:
            tag = "automaticTask" if node.label is None else "manualTask"
        etree.SubElement(process, tag, id=f"n{number}", name=xml_text(node.label or ""))
        # The format's loop has a third child, which follows the loop.
        children = (*node.children, Tree()) if node.operator == "*" else node.children
        for child in children:
            edges.append((number, len(nodes)))
            nodes.append(child)
    for number, (parent, child_number) in enumerate(edges):
        etree.SubElement(process, "parentsNode", id=f"e{number}", sourceId=f"n{parent}", targetId=f"n{child_number}")
    return _document(root)


def _text(parent: etree._Element, tag: str, text: str) -> None:
    from lxml import etree

    etree.SubElement(etree.SubElement(parent, tag), "text").text = xml_text(text)


def _document(root: etree._Element) -> str:
    from lxml import etree

    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document.decode("utf-8")
