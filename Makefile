# The same verbs as ./run, for hands that type make. What they do is written there.
.PHONY: help run test check bench lock translations
help run test check bench lock translations:
	@./run $@
