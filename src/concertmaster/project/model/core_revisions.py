"""The revisions that orchestrator-core itself ships, as its wheels of 1.3.6 to 5.5.0 have them."""

from __future__ import annotations

#: The one that adds the column `is_task`, and those that run after it.
WITH_IS_TASK = frozenset(
    """
    161918133bec 93fc5834c7e5 4b58e336d1bf 850dccac3b02 961eddbd4c13 9736496e3eba d69e10434a04 aa1b92d0d07d fbc16e410bc6
    262744958e0c be3163f7c49d cab8b6a0ac92 f4a7c9e21b08 ca79fd834ba0 544fd845554d
    """.split()
)
CORE_REVISIONS = frozenset(
    """
    048219045729 161918133bec 165303a20fb1 19cdd3ab86f6 262744958e0c 3323bcb934e7 3c8b9185c221
    42b3d076a85b 460ec6748e37 4b58e336d1bf 4c5859620539 4fjdn13f83ga 544fd845554d 6896a54e9483
    68d14db1b8da 850dccac3b02 93fc5834c7e5 961eddbd4c13 9736496e3eba a09ac125ea73 a76b9185b334
    aa1b92d0d07d b1970225392d bac6be6f2b4f be3163f7c49d bed6bc0b197a c112305b07d3 ca79fd834ba0
    cab8b6a0ac92 d69e10434a04 da5c9f4cce1c e05bb1967eff f4a7c9e21b08 fbc16e410bc6 fc5c993a4b4a
    """.split()
)
