"""Makes what lies in resources/ and model/: the demo song, probes, weights of other projects."""
