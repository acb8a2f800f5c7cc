"""Words of the command line."""

import pytest

from kubecs.console.target import Target, parse

ID = "0123456789abcdef0123456789abcdef"
ARN = "arn:aws:ecs:eu-central-1:111122223333"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", Target("any", "web")),
        ("shop/web", Target("service", "web", "shop")),
        ("ecsservice/shop.web", Target("service", "shop.web")),
        ("ecsservices.kubecs.dev/web", Target("service", "web")),
        ("ecstask/job", Target("task", "job")),
        (f"ecstaskrecord/{ID}", Target("task", ID)),
        (ID, Target("task", ID)),
        ("01234567-89ab-cdef-0123-456789abcdef", Target("task", ID)),
        (f"{ARN}:service/shop/web", Target("service", "web", "shop")),
        (f"{ARN}:service/web", Target("service", "web", "default")),
        (f"{ARN}:task/shop/{ID}", Target("task", ID, "shop")),
    ],
)
def test_words_that_mean_something(text: str, expected: Target) -> None:
    assert parse(text) == expected


def test_a_flag_names_the_cluster_unless_the_word_does() -> None:
    assert parse("web", "shop") == Target("any", "web", "shop")
    assert parse("test/web", "shop") == Target("service", "web", "test")


@pytest.mark.parametrize("text", ["", "arn:aws:s3:::bucket", f"{ARN}:cluster/shop", f"{ARN}:task/"])
def test_words_that_mean_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"means nothing|neither the ARN"):
        parse(text)
