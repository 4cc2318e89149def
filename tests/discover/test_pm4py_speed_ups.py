from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter

from ordermine.discover import _pm4py


def random_variants(seed: int) -> Counter[tuple[str, ...]]:
    dice = random.Random(seed)
    return Counter(
        {tuple(dice.choice("abcdef") for _ in range(dice.randrange(9))): dice.randrange(1, 50) for _ in range(60)}
    )


def test_the_graph_of_variants_is_pm4pys_entry_by_entry_in_the_same_order() -> None:
    _pm4py._prepare_import()
    from pm4py.util.compression import util

    for seed in range(20):
        variants = random_variants(seed)
        ours, theirs = _pm4py._dfg_of_variants(variants), util.discover_dfg_uvcl(variants)
        for name in ("graph", "start_activities", "end_activities"):
            assert list(getattr(ours, name).items()) == list(getattr(theirs, name).items())


def test_the_split_along_a_sequence_is_pm4pys_trace_by_trace_in_the_same_order() -> None:
    _pm4py._prepare_import()
    from pm4py.algo.discovery.inductive.cuts.sequence import SequenceCutUVCL
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL

    # "f" is in no group: it costs everywhere and ends up nowhere.
    for groups in ([{"a"}, {"b", "c"}, {"d", "e"}], [{"e", "d"}, {"a", "b"}, {"c"}]):
        for seed in range(20):
            log = IMDataStructureUVCL(random_variants(seed))
            ours = _pm4py._project_on_sequence(log, groups)
            theirs = SequenceCutUVCL.project(log, groups)
            assert [list(part.data_structure.items()) for part in ours] == [
                list(part.data_structure.items()) for part in theirs
            ]


def test_pm4py_is_as_it_was_after_mining() -> None:
    _pm4py._prepare_import()
    from pm4py.algo.discovery.inductive.cuts.sequence import SequenceCutUVCL
    from pm4py.util.compression import util

    before = SequenceCutUVCL.__dict__["project"], util.discover_dfg_uvcl
    _pm4py.mine_tree({("a", "b"): 3, ("b", "a"): 1}, 0.2)
    assert (SequenceCutUVCL.__dict__["project"], util.discover_dfg_uvcl) == before


def test_mining_does_without_pandas_which_can_still_be_used_afterwards() -> None:
    code = """
import sys
from ordermine.cli.arrow import spare_pandas
spare_pandas()
from ordermine.discover._pm4py import mine_tree
mine_tree({("a", "b", "c"): 3, ("a", "c"): 1}, 0.2)
assert "pandas" not in sys.modules
import pandas as pd, pm4py
from pm4py.util.compression import util
assert util.pd.DataFrame is pd.DataFrame
frame = pd.DataFrame({"case": ["1", "1"], "step": ["a", "b"], "time": pd.to_datetime(["2026-01-01", "2026-01-02"])})
frame = pm4py.format_dataframe(frame, case_id="case", activity_key="step", timestamp_key="time")
assert pm4py.discover_dfg(frame)[0] == {("a", "b"): 1}
assert str(pm4py.discover_process_tree_inductive(frame)) == "->( 'a', 'b' )"
import pyarrow as pa
assert pa.table({"x": [1]}).to_pandas()["x"].tolist() == [1]
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
