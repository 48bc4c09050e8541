"""Composition: collect, build, verify. It supplies the planner with facts."""
