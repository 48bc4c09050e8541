def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    print("about to fail")
    raise RuntimeError("this backend never works")
