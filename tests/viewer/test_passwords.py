from viewer.access.passwords import hash_password, verify_password
from viewer.access.throttle import Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_passwords():
    hashed = hash_password("correct horse battery")
    assert verify_password(hashed, "correct horse battery")
    assert not verify_password(hashed, "correct horse batter")
    assert not verify_password(None, "nobody has this password")
    assert not verify_password("not a hash", "correct horse battery")


def test_the_wait_doubles_with_each_failure_and_ends():
    clock = Clock()
    throttle = Throttle(free=3, clock=clock)
    waits = []
    for _ in range(6):
        throttle.failed("a")
        waits.append(throttle.wait("a"))
    assert waits == [0, 0, 5, 10, 20, 40]
    assert throttle.wait("b") == 0
    clock.now += 40
    assert throttle.wait("a") == 0
    throttle.succeeded("a")
    throttle.failed("a")
    assert throttle.wait("a") == 0


def test_the_wait_is_bounded_and_reset_after_a_while():
    clock = Clock()
    throttle = Throttle(free=1, clock=clock)
    for _ in range(50):
        throttle.failed("a")
    assert throttle.wait("a") == Throttle.LONGEST_WAIT
    clock.now += Throttle.FORGET_AFTER + 1
    throttle.failed("a")
    assert throttle.wait("a") == Throttle.FIRST_WAIT
