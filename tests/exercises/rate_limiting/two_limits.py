"""Right and wrong answers to two-limits of 41-rate-limiting."""

from exercises.rate_limiting.two_limits import two_limits
from tests.exercises.answers import Answers

answers = Answers(two_limits)


def two_keys(body: str) -> str:
    """A script with the first lines that all have in common."""
    return (
        """
        local now, due = tonumber(ARGV[5]), {}
        local function look(n)
          due[n] = math.max(tonumber(redis.call('GET', KEYS[n])) or now, now) + tonumber(ARGV[2 * n - 1])
          return due[n] - tonumber(ARGV[2 * n]) <= now
        end
        local function write(n)
          redis.call('SET', KEYS[n], string.format('%.0f', due[n]), 'PX', math.ceil((due[n] - now) / 1000))
        end
        """
        + body
    )


BOTH = "if look(1) and look(2) then write(1) write(2) return 1 end return 0"
answers.right(two_keys(BOTH))
answers.wrong("the first key is the guest's")(
    two_keys("if look(2) then write(2) return 1 end return 0")  # asks the company alone
)
answers.wrong("that Ada's own limit refused")(
    two_keys("for n = 2, 1, -1 do if not look(n) then return 0 end write(n) end return 1")
)
answers.wrong("both limits must have room")(two_keys("if look(1) then write(1) return 1 end return 0"))
answers.wrong("that her company's limit refused")(
    two_keys("for n = 1, 2 do if not look(n) then return 0 end write(n) end return 1")
)
answers.wrong("unused hours are saved up")(
    two_keys(BOTH).replace(
        "math.max(tonumber(redis.call('GET', KEYS[n])) or now, now)", "(tonumber(redis.call('GET', KEYS[n])) or now)"
    )
)
answers.wrong("`SET` each with `PX`")(two_keys(BOTH).replace(", 'PX', math.ceil((due[n] - now) / 1000)", ""))
answers.right(  # takes back what it has charged
    two_keys(
        """
        if not look(1) then return 0 end
        write(1)
        if not look(2) then redis.call('DECRBY', KEYS[1], ARGV[1]) return 0 end
        write(2)
        return 1
        """
    )
)
answers.wrong("as it found them")(
    two_keys(
        "if not look(1) then return 0 end write(1) if look(2) then write(2) return 1 end redis.call('DEL', KEYS[1])"
    )
)
answers.wrong("her own limit has room for ten")(
    two_keys("local one, two = look(1), look(2) if one or two then write(1) write(2) return 1 end return 0")
)
answers.wrong("that Ada's own limit refused")(
    two_keys("local yes = 1 for n = 1, 2 do if not look(n) then yes = 0 end write(n) end return yes")
)
