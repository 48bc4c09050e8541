"""Built with a tool that only the hook names."""


def name():
    return "dynamic"
