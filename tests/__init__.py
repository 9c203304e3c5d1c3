"""Tests of the project, and what they share."""

import os

# Tests serve gRPC in their own process, and fork only to run programs. gRPC's handlers of a fork
# would start its threads in the child, which the closing of its descriptors then aborts.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
