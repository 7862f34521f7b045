"""The pages of the staff, after sign-in; and the page behind the link in a notice."""
