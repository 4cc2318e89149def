from __future__ import annotations

import pytest

from ordermine.discover.model import Model, discover_model
from ordermine.discover.model_files import xml_text
from ordermine.discover.model_parts import Arc, BpmnElement, BpmnFlow, PetriNet, Transition, Tree
from ordermine.discover.quality import measure_quality
from ordermine.errors import NotMeasurable, UsageError

NASTY = 'say "hi" & <b>\'-> X( tau\n\tü漢😀\x00\x1b\r\ufffe'


def test_sequence_with_optional_step() -> None:
    model = discover_model([(("A", "B", "C"), 2), (("A", "C"), 1)], noise=0)
    assert model.tree == "->( 'A', X( tau, 'B' ), 'C' )"
    assert model.noise == 0
    assert {t.label for t in model.net.transitions} == {"A", "B", "C", None}


def test_sequence_gives_the_textbook_net() -> None:
    model = discover_model([(("A", "B"), 1)])
    # One place before, between and after; in the order of pm4py's names: p_3, sink, source.
    assert model.net == PetriNet(
        places=("p0", "p1", "p2"),
        transitions=(Transition("t0", "A"), Transition("t1", "B")),
        arcs=(Arc("p0", "t1"), Arc("p2", "t0"), Arc("t0", "p0"), Arc("t1", "p1")),
        initial_marking=(("p2", 1),),
        final_marking=(("p1", 1),),
    )


def test_parallel_branches_are_sorted_by_a_hash_of_their_names() -> None:
    # MD5 of C begins with 0d, of B with 9d.
    assert discover_model([(("A", "B", "C"), 2), (("A", "C", "B"), 1)]).tree == "->( 'A', +( 'C', 'B' ) )"


def test_noise_leaves_out_the_rare_path() -> None:
    # A B C A is a circle without a cut. A follows C once, against 20 cases that end there: less than a fifth.
    variants = [(("A", "B", "C"), 20), (("C", "A"), 1)]
    assert measure_quality(discover_model(variants, noise=0), variants).fitting_cases_share == 1
    assert measure_quality(discover_model(variants, noise=0.2), variants).fitting_cases_share == 20 / 21


@pytest.mark.parametrize("algorithm", ["inductive", "heuristics", "dfg-inductive"])
def test_one_case_with_one_event(algorithm: str) -> None:
    model = discover_model([(("A",), 1)], algorithm)
    assert model.net == PetriNet(
        ("p0", "p1"),
        (Transition("t0", "A"),),
        (Arc("p1", "t0"), Arc("t0", "p0")),
        (("p1", 1),),
        (("p0", 1),),
    )
    assert model.bpmn() == (
        (BpmnElement("n0", "start"), BpmnElement("n1", "task", "A"), BpmnElement("n2", "end")),
        (BpmnFlow("f0", "n0", "n1"), BpmnFlow("f1", "n1", "n2")),
    )
    assert model.tree == (None if algorithm == "heuristics" else "A")


def test_heuristics_miner_sees_the_loop_of_length_two() -> None:
    # The dependency of c on b is (4 - 2) / (4 + 2 + 1) < 0.5, so only the triples b-c-b and c-b-c tell that
    # b and c alternate. The net is a sequence a b c d with a silent way back from c to b.
    model = discover_model([(("a", "b", "c", "b", "c", "d"), 2)], "heuristics")
    assert sorted(_drawn(model)) == sorted(
        [
            ("start n0", "a"),
            ("a", "xor n2"),
            ("xor n2", "b"),
            ("b", "c"),
            ("c", "xor n1"),
            ("xor n1", "d"),
            ("xor n1", "xor n2"),
            ("d", "end n7"),
        ]
    )
    assert (model.tree, model.root, model.ptml(), model.noise) == (None, None, None, None)


def test_same_activities_of_another_type_are_one_variant() -> None:
    mixed = [((1, "A"), 1), (("1", "A"), 1)]
    assert discover_model(mixed) == discover_model([(("1", "A"), 2)])  # type: ignore[arg-type]


def test_order_of_variants_does_not_matter() -> None:
    variants = [(("A", "B", "C"), 3), (("A", "C", "B"), 3), (("C", "A"), 2)]
    assert discover_model(variants, noise=0) == discover_model(variants[::-1], noise=0)


@pytest.mark.parametrize("variants", [[], [((), 3)]])
def test_nothing_to_discover_from(variants: list[tuple[tuple[str, ...], int]]) -> None:
    with pytest.raises(NotMeasurable) as caught:
        discover_model(variants)
    assert caught.value.hint


def test_unknown_algorithm_names_the_known() -> None:
    with pytest.raises(UsageError, match="'alpha'") as caught:
        discover_model([(("A",), 1)], "alpha")
    assert "heuristics" in caught.value.hint


@pytest.mark.parametrize("noise", [-0.1, 1.1, float("nan")])
def test_noise_out_of_range(noise: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        discover_model([(("A",), 1)], noise=noise)


def test_xml_text_shows_what_xml_cannot_carry() -> None:
    assert xml_text("a\x00\x1b\ud800\ufffe\uffff") == "a␀␛\ufffd\ufffd\ufffd"
    assert xml_text("\t\n\r \x7f\x85ü漢😀\ue000\ufffd") == "\t\n\r \x7f\x85ü漢😀\ue000\ufffd"


@pytest.mark.parametrize("algorithm", ["inductive", "heuristics"])
def test_any_name_survives_the_model_files(algorithm: str) -> None:
    from lxml import etree

    model = discover_model([(("A", NASTY), 1)], algorithm)
    names = etree.fromstring(model.pnml().encode()).xpath("//transition/name/text/text()")
    assert sorted(names) == sorted(["A", xml_text(NASTY)])
    assert NASTY in [element.name for element in model.bpmn()[0]]
    if algorithm == "inductive":
        tree = etree.fromstring(str(model.ptml()).encode())
        assert tree.xpath("//manualTask/@name") == ["A", xml_text(NASTY)]


def test_pnml() -> None:
    from lxml import etree

    model = discover_model([(("A", "C"), 1), (("A", "B", "C"), 1)], noise=0)
    root = etree.fromstring(model.pnml().encode())
    silent = [t.id for t in model.net.transitions if t.label is None]
    assert root.xpath("//toolspecific[@activity='$invisible$']/../@id") == silent
    assert root.xpath("//arc/@source") == [arc.source for arc in model.net.arcs]
    assert root.xpath("//initialMarking/../@id") == [place for place, _ in model.net.initial_marking]
    assert root.xpath("//finalmarkings/marking/place/@idref") == [place for place, _ in model.net.final_marking]
    assert len(set(root.xpath("//page//@id"))) == len(root.xpath("//page//@id"))


def test_ptml_gives_a_loop_its_third_child() -> None:
    from lxml import etree

    model = discover_model([(("A", "B", "A"), 1), (("A",), 1)], noise=0)
    assert model.tree == "*( 'A', 'B' )"
    root = etree.fromstring(str(model.ptml()).encode())
    assert [(e.tag, e.get("name")) for e in root[0] if e.get("name") is not None] == [
        ("xorLoop", ""),
        ("manualTask", "A"),
        ("manualTask", "B"),
        ("automaticTask", ""),
    ]
    assert root.xpath("//parentsNode/@sourceId") == ["n0", "n0", "n0"]
    assert root.xpath("//parentsNode/@targetId") == ["n1", "n2", "n3"]


def _drawn(model: Model) -> list[tuple[str, str]]:
    """Flows as pairs of task names, or of kind and id for the other elements."""
    elements, flows = model.bpmn()
    shown = {e.id: e.name or f"{e.kind} {e.id}" for e in elements}
    return [(shown[flow.source], shown[flow.target]) for flow in flows]


def _tree_model(root: Tree) -> Model:
    return Model("inductive", 0.0, "", PetriNet((), (), (), (), ()), root)


def test_bpmn_of_a_choice_with_a_silent_branch() -> None:
    choice = Tree("X", children=(Tree(), Tree(label="A")))
    assert _drawn(_tree_model(choice)) == [
        ("start n0", "xor n1"),
        ("xor n1", "A"),
        ("xor n1", "xor n3"),
        ("A", "xor n3"),
        ("xor n3", "end n4"),
    ]


def test_bpmn_of_a_loop_and_a_parallel_block() -> None:
    loop = Tree("*", children=(Tree(label="A"), Tree()))
    assert _drawn(_tree_model(loop)) == [
        ("start n0", "xor n1"),
        ("xor n1", "A"),
        ("A", "xor n3"),
        ("xor n3", "xor n1"),
        ("xor n3", "end n4"),
    ]
    both = Tree("+", children=(Tree(label="A"), Tree("->", children=(Tree(label="B"), Tree(label="C")))))
    assert _drawn(_tree_model(both)) == [
        ("start n0", "and n1"),
        ("and n1", "A"),
        ("and n1", "B"),
        ("A", "and n5"),
        ("B", "C"),
        ("C", "and n5"),
        ("and n5", "end n6"),
    ]


def test_bpmn_of_a_net() -> None:
    # A, then B and C in parallel (t1 splits, t4 joins), or silently around both.
    net = PetriNet(
        places=("p0", "p1", "p2", "p3", "p4", "p5", "p6"),
        transitions=(
            Transition("t0", "A"),
            Transition("t1", None),
            Transition("t2", "B"),
            Transition("t3", "C"),
            Transition("t4", None),
            Transition("t5", None),
        ),
        arcs=(
            Arc("p0", "t0"),
            Arc("t0", "p1"),
            Arc("p1", "t1"),
            Arc("t1", "p2"),
            Arc("t1", "p3"),
            Arc("p2", "t2"),
            Arc("p3", "t3"),
            Arc("t2", "p4"),
            Arc("t3", "p5"),
            Arc("p4", "t4"),
            Arc("p5", "t4"),
            Arc("t4", "p6"),
            Arc("p1", "t5"),
            Arc("t5", "p6"),
        ),
        initial_marking=(("p0", 1),),
        final_marking=(("p6", 1),),
    )
    assert sorted(_drawn(Model("heuristics", None, None, net))) == sorted(
        [
            ("start n0", "A"),
            ("A", "xor n1"),
            ("xor n1", "and n4"),
            ("and n4", "B"),
            ("and n4", "C"),
            ("B", "and n7"),
            ("C", "and n7"),
            ("and n7", "xor n2"),
            ("xor n1", "xor n2"),
            ("xor n2", "end n8"),
        ]
    )
