# SPDX-License-Identifier: GPL-2.0
"""An AppArmor profile that allows everything but ptrace, and so denies the
links in /proc/PID/fd of other processes.

POLICY is what apparmor_parser 3.0.8 makes of it, with the features of its abi/3.0 (-Q -K -S -O minimize), compressed:

    abi <abi/3.0>,
    profile portsock-no-ptrace {
      file, capability, network, mount, umount, pivot_root, unix, signal, dbus,
    }
"""
import base64
import errno
import os
import zlib

from scenario import Skip
from system import mount

POLICY = """
eNrtl2lrE1EUhs9MJpm0drVqky420calm93XVKNCf4YQ00SKoQlJKS2CCiKIC4gbgrigUvzifyh+0l+lz725aRbS9ksLluYcnpw7M5eZc+/c986J45f1ZC6/
klkV2w2FxPFLNpdJraST4no7JJvJreUzibvDq5nh7FounkiK45NUOn4nL64tWOnHb//Fqk46riTi2fz0JN1rXPY7DTwjvZLYXL4tLreOx5dTcfH9bJSCdd/a
WCQERBp/iKxm1lLp5Ia6YIljutyUkjlVKOs30SrrF4JY2bFPKs2WauvbXq+IBWvbaXm2QxX9PdupivMqWrK0g8rO5Vx5tgE1YM4FTDugs17S9ypGL9E1URGE
bo6Dpu3WnJeDspgcVbN3nZfiuvCYttesBz80wRQ0Q6vp1w4noQNOwWk4A2FzPQGdVc8ImBiELvWWIQ890AtnQa2rPrgH4/AQJmAT7sMjeAxP4Ck8g+fwAl7C
K3gNb+AtvIP38AE+wif4Al/hG3yHLWbFrpoXjxTEp8beoFd4kxl/mx5phx51Fx7Q2fcyirNk3oeqQnJOLsglGZBhfBwfkBmZK7tSai3g1/AB06cYC+Yv5mVt
6TxsOQHN0kJ+rfptNur34iUfn3kPnTqjHvJUTwlLRC7KZRlBE8F93GamIzyznTfbfkjevY+HmZfzZNEvgzIrQ+R9RUZlXsbIbZJVGJbpsj5qZOGq4ygek0W4
Ktc5ewNmuds8d4uUtet2fM1ToSsPO54XXNa+hcos3IeymojNoDSvNKE0HzA6D+k114+GLTS3t7fovcBCu4fnnft4WHtEM6j3BOVDWjHKh/UeMaL1NoLixti1
JrRPwhSqm0E5czCvWYAoKouisij7VwytxdBarL64jq/5S7XrH6eibnV+71K3lmrOz78elFWwozq6NfrtXdf4qmoaq6KOLX3nfTsVrhcvfWdtUwMdfgVWt6Pw
fbBr/g86OLN4Vn1F/O/72j/mUYFv
"""
SECURITYFS = "/sys/kernel/security"


def load():
    """Load the profile, as root in the initial namespaces."""
    try:
        mount("none", SECURITYFS, "securityfs")
    except OSError as reason:
        if reason.errno != errno.EBUSY:
            raise
    try:
        policy = os.open(f"{SECURITYFS}/apparmor/.replace", os.O_WRONLY)
    except FileNotFoundError:
        raise Skip("this kernel has no AppArmor") from None
    try:
        os.write(policy, zlib.decompress(base64.b64decode(POLICY)))
    finally:
        os.close(policy)


def confine():
    """Put the caller under the profile."""
    with open("/proc/self/attr/current", "w", encoding="ascii") as current:
        current.write("changeprofile portsock-no-ptrace")
