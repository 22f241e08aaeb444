"""Right and wrong answers to keep-the-lock of 40b-expiry-and-stampedes."""

from exercises.expiry_and_stampedes.keep_the_lock import keep_the_lock
from tests.exercises.answers import Answers

answers = Answers(keep_the_lock)

SAME = "redis.call('GET', KEYS[1]) == ARGV[1]"
LONGER = "redis.call('PEXPIRE', KEYS[1], ARGV[2])"
AGAIN = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"
answers.right(f"if {SAME} then {AGAIN} return 1 end return 0")
answers.right(f"if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 else return {LONGER} end")
answers.wrong("compare first")(f"return {LONGER}")
answers.wrong("compare first")(f"{AGAIN} return 1")
answers.wrong("compare first")("if redis.call('SET', KEYS[1], ARGV[1], 'XX', 'PX', ARGV[2]) then return 1 end return 0")
answers.wrong("don't set it again")(
    f"if {SAME} then return {LONGER} end if redis.call('EXISTS', KEYS[1]) == 0 then {AGAIN} return 1 end return 0"
)
answers.wrong("no number of your own")(f"if {SAME} then return redis.call('PEXPIRE', KEYS[1], 20000) end return 0")
answers.wrong("no GT")(f"if {SAME} then return redis.call('PEXPIRE', KEYS[1], ARGV[2], 'GT') end return 0")
answers.wrong("not equal is")(f"if redis.call('GET', KEYS[1]) != ARGV[1] then return 0 end return {LONGER}")
answers.wrong("begin at 1")("if GET(KEYS[1]) == ARGV[1] then return PEXPIRE(KEYS[1], ARGV[2]) end return 0")
answers.wrong("as PEXPIRE itself does")(f"if {SAME} then {LONGER} end return 0")
answers.wrong("in milliseconds")(f"if {SAME} then return redis.call('EXPIRE', KEYS[1], ARGV[2]) end return 0")
answers.wrong("so that she can stop")(f"if {SAME} then return {LONGER} end")
answers.wrong("set what is left")("while true do end")
