"""How sure a number is: thin, over scipy; plain Python values in and out.

intervals   shares with Wilson limits, also for clustered cases; differences of shares; quantiles
shift       how much longer one group takes than another (Hodges–Lehmann)
shrinkage   rates of many units, small ones pulled towards the overall rate
discovery   how surprising a unit's rate is; Benjamini–Hochberg over a named family
mix         rates within the case mix: observed against expected
control     Laney p′ chart of weekly rates, smallest shift that it can detect
audit       shares by department, corrected by a labelled sample
suppress    which cells of a table to hide, so that no small one can be computed
"""

from __future__ import annotations
