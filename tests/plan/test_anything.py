"""Whatever stands in a workflow file, the answer is a plan or a list of problems."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenkai.errors import TenkaiError
from tenkai.plan.check import checked
from tenkai.plan.graph import bind
from tenkai.plan.tasks import expand
from tenkai.plan.workflow import parse_workflow

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["rows", "a.b", "", "sum.total", "x"]),
    lambda v: (
        st.lists(v, max_size=2)
        | st.dictionaries(st.sampled_from(["sweep", "from", "when", "gather", "over", "range", "seeds"]), v, max_size=2)
    ),
    max_leaves=5,
)
nodes = st.dictionaries(
    st.sampled_from(["rows", "sum", "a", "b c", "1"]),
    st.none()
    | values
    | st.dictionaries(
        st.sampled_from(["collect.toy.rows", "process.toy.both", "interpret.toy.stack", "process.toy.slow", "x"]),
        values
        | st.dictionaries(
            st.sampled_from(["table", "tables", "left", "more", "n", "seed", "add", "y"]), values, max_size=4
        ),
        max_size=2,
    ),
    max_size=4,
)


@given(
    st.fixed_dictionaries(
        {"steps": nodes | values},
        optional={"variables": values, "results": values, "title": values, "extra": values},
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_whatever_is_written_is_a_plan_or_a_list_of_problems(toys: object, data: Any) -> None:
    """No mixture of forms leads to a traceback."""
    try:
        graph = checked(bind(parse_workflow(json.dumps(data), "w")))
        if not graph.problems:
            expand(graph)
    except TenkaiError:
        pass
