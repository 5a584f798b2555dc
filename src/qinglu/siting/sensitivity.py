"""How firmly sites stand when the weights change: drawn weights, and one weight at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..space.measure import Mapper
from ..text import Text
from .cells import Mask
from .grid import Float
from .sites import Site, Sites, best_sites, clashes
from .suitability import Suitability, suitability

CONCENTRATION = 30.0
"""Of the draws near the given weights: a share of one half then varies by a standard deviation of 0.09."""
_STEP = 0.0025
_MOST_DRAWS = 100_000


@dataclass(frozen=True, slots=True)
class Turn:
    """The smallest change of one weight that displaces a site.

    Attributes
    ----------
    criterion : int
    share : float
        Of this criterion in the sum of weights, as given.
    at : float
        Its share when the site leaves the first k; the other weights keep their proportions.
    """

    criterion: int
    share: float
    at: float


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What becomes of sites when weights vary.

    Attributes
    ----------
    k : int
    near, any_weights : float64 (sites,)
        Share of draws in which a site is among the first k: with weights near those given, and with any weights.
    turns : tuple of Turn or None
        For each site: the weight whose change displaces it first; None where no change of one weight does.
    rivals : tuple of Site
        Other places that compete, found with other weights.
    rival_near, rival_any : float64 (rivals,)
    draws, seed : int
    step : float
        To which `Turn.at` is resolved.
    """

    k: int
    near: Float
    any_weights: Float
    turns: tuple[Turn | None, ...]
    rivals: tuple[Site, ...]
    rival_near: Float
    rival_any: Float
    draws: int
    seed: int
    step: float = _STEP


def sensitivity(
    of: Suitability,
    found: Sites,
    k: int,
    min_area_m2: float,
    *,
    min_separation_m: float = 0.0,
    compactness: float = 0.1,
    draws: int = 1000,
    seed: int = 0,
    run: Mapper = map,
) -> Sensitivity:
    """Vary the weights and see which sites stay among the first k.

    Competitors are the sites found next, and those found when each criterion in turn is given half of all weight.
    In each draw sites are ordered by score and taken one after the other, none too near to one taken. A site
    keeps its cells, and what shares ground with it is no competitor: it is the choice among places that is tested,
    not their outline.

    Parameters
    ----------
    of, found : Suitability, Sites
        As given and as found.
    k, min_area_m2, min_separation_m, compactness
        As for `best_sites`.
    draws : int
        0 to 100,000, of each kind.
    seed : int
        The same seed gives the same draws.

    Raises
    ------
    OptionError
        An impossible number of draws.
    """
    if not 0 <= draws <= _MOST_DRAWS:
        raise OptionError(
            Text(f"{draws} 次抽样不可用", f"{draws} draws are not possible"),
            Text(f"应为0至{_MOST_DRAWS}", f"Ask for 0 to {_MOST_DRAWS}"),
            where="draws",
        )
    options = {"min_separation_m": min_separation_m, "compactness": compactness, "run": run}
    rivals = _rivals(of, found, k, min_area_m2, options)
    pool = (*found.sites, *rivals)
    known, scores = _known_and_scores(pool)
    clash = clashes(pool, min_separation_m)
    active = np.flatnonzero(of.weights > 0)
    rng = np.random.Generator(np.random.PCG64(seed))
    near, wide = np.zeros((draws, len(of.weights))), np.zeros((draws, len(of.weights)))
    near[:, active] = rng.dirichlet(CONCENTRATION * of.weights[active], draws)
    wide[:, active] = rng.dirichlet(np.ones(len(active)), draws)
    shares = [in_first(totals(w, known, scores), clash, k).mean(axis=0) if draws else np.full(len(pool), np.nan)
              for w in (near, wide)]  # fmt: skip
    turns = _turns(of.weights, active, known, scores, clash, k, len(found.sites))
    n = len(found.sites)
    return Sensitivity(k, shares[0][:n], shares[1][:n], turns, rivals, shares[0][n:], shares[1][n:], draws, seed)


def totals(weights: Float, known: Float, scores: Float) -> Float:
    """Score of each site (draws, sites) under each weighting (draws, criteria), over what is known of it."""
    held = weights @ known.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(held > 0, (weights @ (known * scores).T) / held, -np.inf))


def in_first(total: Float, clash: Mask, k: int) -> npt.NDArray[np.bool_]:
    """Which sites are among the first k, taken by score, none that clashes with one taken. Shape of `total`.

    Examples
    --------
    >>> in_first(np.array([[0.9, 0.8, 0.7]]), np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], bool), 2).tolist()
    [[True, False, True]]
    """
    left, rows = total.copy(), np.arange(len(total))
    out = np.zeros(total.shape, bool)
    for _ in range(min(k, total.shape[1])):
        best = np.argmax(left, axis=1)
        free = np.isfinite(left[rows, best])
        out[rows[free], best[free]] = True
        left[clash[best]] = -np.inf
        left[rows, best] = -np.inf
    return out


def _known_and_scores(sites: Sequence[Site]) -> tuple[Float, Float]:
    return np.array([s.known_share for s in sites]), np.array([np.nan_to_num(s.scores) for s in sites])


def _rivals(of: Suitability, found: Sites, k: int, min_area_m2: float, options: dict[str, object]) -> tuple[Site, ...]:
    """Sites next best under the given weights, and best where each criterion has half of the weight."""
    more = best_sites(of, min(2 * k, 100), min_area_m2, **options)  # type: ignore[arg-type]
    rivals = list(more.sites[len(found.sites) :])
    active = [i for i, c in enumerate(of.criteria) if c.weight > 0 and c.is_known]
    for i in active if len(active) > 1 else ():
        stressed = reweighted(of, (of.weights + np.eye(len(of.weights))[i]) / 2)
        rivals += best_sites(stressed, k, min_area_m2, **options).sites  # type: ignore[arg-type]
    taken = np.zeros(of.grid.shape, bool)
    for site in found.sites:
        taken[site.rows, site.cols] = True
    others = {np.sort(s.rows * of.grid.shape[1] + s.cols).tobytes(): s
              for s in reversed(rivals) if not taken[s.rows, s.cols].any()}  # fmt: skip
    return tuple(others.values())[::-1]


def reweighted(of: Suitability, weights: Float) -> Suitability:
    """The same area under other weights; where may be built stays as it was."""
    criteria = [replace(c, weight=float(w)) for c, w in zip(of.criteria, weights, strict=True)]
    made = suitability(of.grid, criteria, inside=of.free, least_known=0.0)
    return replace(made, free=of.free & ~np.isnan(made.score), inside=of.inside, exclusions=of.exclusions)


def _turns(
    weights: Float, active: npt.NDArray[np.int64], known: Float, scores: Float, clash: Mask, k: int, n: int
) -> tuple[Turn | None, ...]:
    """For each of the first n sites, the change of one weight's share that displaces it first."""
    best: list[Turn | None] = [None] * n
    if len(active) < 2:
        return tuple(best)
    shares = np.linspace(0.0, 1.0, round(1 / _STEP) + 1)
    for i in active:
        varied = np.outer((1 - shares) / (1 - weights[i]), weights)
        varied[:, i] = shares
        inside = in_first(totals(varied, known, scores), clash, k)
        for site in range(n):
            gone = shares[~inside[:, site]]
            if not len(gone):
                continue
            at = float(gone[np.argmin(np.abs(gone - weights[i]))])
            known_turn = best[site]
            if known_turn is None or abs(at - weights[i]) < abs(known_turn.at - known_turn.share):
                best[site] = Turn(int(i), float(weights[i]), at)
    return tuple(best)
