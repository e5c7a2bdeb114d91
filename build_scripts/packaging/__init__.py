"""Makes what is handed on: locked packages, licences, wheel, frozen program, Debian package."""
