"""All guards, each taken out of the real code by itself."""

from tests.sabotage.mutants import constraints, locks, looks, order, rules

MUTANTS = (*locks.MUTANTS, *order.MUTANTS, *looks.MUTANTS, *rules.MUTANTS, *constraints.MUTANTS)
