"""The bare program that the product is compared with: one Flask module, the driver, Jinja, the same rows and bytes."""
