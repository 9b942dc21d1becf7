"""What an application did wrong, as against what a peer did."""


class ContractError(Exception):
    """The application broke PEP 3333: answered with 500 where no answer has begun, and always logged."""
