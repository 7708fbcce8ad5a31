//! Where labels can stand in a frame: near a line's peak or end, apart, and where no line passes.

/// A label that is further than this from a line's peak, in units, is not taken for its own.
const NEAR: i32 = 16;

/// A box of pixels, by its upper left and lower right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) upper: (i32, i32),
    pub(super) lower: (i32, i32),
}

impl Area {
    fn meets(&self, other: &Self) -> bool {
        self.upper.0 < other.lower.0
            && other.upper.0 < self.lower.0
            && self.upper.1 < other.lower.1
            && other.upper.1 < self.lower.1
    }

    fn holds(&self, other: &Self) -> bool {
        self.upper.0 <= other.upper.0
            && self.upper.1 <= other.upper.1
            && other.lower.0 <= self.lower.0
            && other.lower.1 <= self.lower.1
    }

    /// How far a pixel is from it.
    fn far(&self, (x, y): (i32, i32)) -> i32 {
        let across = (self.upper.0 - x).max(x - self.lower.0).max(0);
        let down = (self.upper.1 - y).max(y - self.lower.1).max(0);
        across + down
    }
}

/// Where labels can stand inside of the frame.
pub(super) struct Room {
    /// The length of one unit in pixels.
    pub(super) unit: i32,
    pub(super) within: Area,
    pub(super) lines: Vec<Vec<(i32, i32)>>,
    /// The labels that stand already.
    pub(super) taken: Vec<Area>,
}

impl Room {
    /// Takes the free place that is nearest to a line's end for a label of this width: its left end and middle. Where that is
    /// further off than somebody would look, the nearest to any point of the line; where lines are everywhere, the nearest to its
    /// end that no label has.
    pub(super) fn take(&mut self, end: (i32, i32), own: &[(i32, i32)], width: i32) -> (i32, i32) {
        let near = self.clear(&[end], width);
        let is_near = |at: &(i32, i32)| self.area(*at, width).far(end) <= 60 * self.unit;
        let at = near.filter(is_near).or_else(|| self.clear(own, width));
        let free = || {
            self.places(&[end], width)
                .into_iter()
                .find(|at| self.is_free(*at, width))
        };
        let at = at.or(near).or_else(free).unwrap_or(end);
        self.taken.push(self.area(at, width));
        at
    }

    /// Takes the free place that is nearest to the highest of a line's points, if there is one within reach of the eye.
    pub(super) fn take_at_peak(&mut self, own: &[(i32, i32)], width: i32) -> Option<(i32, i32)> {
        let peak = own.iter().copied().min_by_key(|&(_, y)| y)?;
        let is_near = |at: &(i32, i32)| self.area(*at, width).far(peak) <= NEAR * self.unit;
        let at = self.clear(&[peak], width).filter(is_near)?;
        self.taken.push(self.area(at, width));
        Some(at)
    }

    /// The nearest place to any of these points where neither a label stands nor a line passes.
    fn clear(&self, points: &[(i32, i32)], width: i32) -> Option<(i32, i32)> {
        let is_clear =
            |at: &(i32, i32)| self.is_free(*at, width) && !self.is_crossed(&self.area(*at, width));
        self.places(points, width).into_iter().find(is_clear)
    }

    /// Places around these points, the nearest to one of them first.
    fn places(&self, points: &[(i32, i32)], width: i32) -> Vec<(i32, i32)> {
        let step = 4 * self.unit;
        let reach = if points.len() > 1 { 20 } else { 100 };
        let around = |&(x, y): &(i32, i32)| {
            (-reach..=reach)
                .flat_map(move |i| (-reach..=reach).map(move |j| (x + i * step, y + j * step)))
                .map(move |at| (self.area(at, width).far((x, y)), (at.1 - y).abs(), at))
        };
        let mut places: Vec<_> = points.iter().flat_map(around).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, _, at)| at).collect()
    }

    fn is_free(&self, at: (i32, i32), width: i32) -> bool {
        let area = self.area(at, width);
        self.within.holds(&area) && !self.taken.iter().any(|other| other.meets(&area))
    }

    /// The box around a label, with a little room.
    const fn area(&self, (left, middle): (i32, i32), width: i32) -> Area {
        let (side, half) = (4 * self.unit, 9 * self.unit);
        Area {
            upper: (left - side, middle - half),
            lower: (left + width + side, middle + half),
        }
    }

    fn is_crossed(&self, area: &Area) -> bool {
        self.lines.iter().any(|line| {
            let mut ends = line.windows(2);
            ends.any(|ends| crosses((ends[0], ends[1]), area.upper, area.lower))
        })
    }
}

/// Whether a straight line has a point in a box, given by its upper left and lower right.
fn crosses(ends: ((i32, i32), (i32, i32)), upper: (i32, i32), lower: (i32, i32)) -> bool {
    let ((ax, ay), (bx, by)) = ends;
    let steps = (bx - ax).abs().max((by - ay).abs()).max(1);
    let beside = ax.max(bx) < upper.0 || ax.min(bx) > lower.0;
    if beside || ay.max(by) < upper.1 || ay.min(by) > lower.1 {
        return false;
    }
    (0..=steps).any(|step| {
        let (x, y) = (ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps);
        (upper.0..=lower.0).contains(&x) && (upper.1..=lower.1).contains(&y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(lines: Vec<Vec<(i32, i32)>>) -> Room {
        Room {
            unit: 1,
            within: Area {
                upper: (60, 0),
                lower: (600, 400),
            },
            lines,
            taken: Vec::new(),
        }
    }

    #[test]
    fn labels_stand_where_no_line_passes() {
        let end = (300, 200);
        let mut free = room(Vec::new());
        let at = free.take(end, &[end], 80);
        assert!(free.area(at, 80).far(end) <= 4, "beside its end: {at:?}");
        let mut upright = room(vec![vec![(340, 0), (340, 400)]]);
        let at = upright.take(end, &[end], 80);
        assert!(!upright.is_crossed(&upright.area(at, 80)), "{at:?}");
        assert!(upright.area(at, 80).far(end) <= 8, "{at:?}");
        let everywhere = (0..120).map(|x| vec![(5 * x, 0), (5 * x, 400)]).collect();
        let at = room(everywhere).take(end, &[end], 80);
        assert!(room(Vec::new()).area(at, 80).far(end) <= 8, "{at:?}");
    }

    /// The end of the line is at the foot; its label stands where the line is highest, or nowhere near.
    #[test]
    fn a_label_stands_at_the_peak_where_there_is_room() {
        let own = vec![(80, 390), (300, 100), (580, 390)];
        let at = room(vec![own.clone()]).take_at_peak(&own, 80);
        let far = at.map(|at| room(Vec::new()).area(at, 80).far(own[1]));
        assert!(far.is_some_and(|far| far <= NEAR), "{far:?}");
        let mut lines: Vec<_> = (0..80).map(|y| vec![(60, 5 * y), (600, 5 * y)]).collect();
        lines.push(own.clone());
        assert_eq!(room(lines).take_at_peak(&own, 80), None);
    }

    /// The end lies among lines that leave no room for 400 pixels; the line came from where there is room.
    #[test]
    fn a_label_that_finds_no_room_near_the_end_stands_by_its_own_line() {
        let mut lines: Vec<_> = (0..40)
            .map(|y| vec![(200, 200 + 5 * y), (600, 200 + 5 * y)])
            .collect();
        let own = vec![(80, 60), (90, 100), (560, 390)];
        lines.push(own.clone());
        let mut room = room(lines);
        let at = room.take(own[2], &own, 120);
        let area = room.area(at, 120);
        assert!(
            own[..2].iter().any(|&point| area.far(point) <= 20),
            "{at:?}"
        );
        assert!(!room.is_crossed(&area), "{at:?}");
    }

    /// Each near the end of its own line, apart from the others, and none of them outside of the frame.
    #[test]
    fn labels_stand_near_their_own_ends_and_apart() {
        let lines = vec![
            vec![(60, 300), (200, 390), (220, 399)],
            vec![(60, 300), (200, 200), (226, 399)],
            vec![(60, 300), (420, 100), (430, 395)],
            vec![(60, 300), (436, 398)],
        ];
        let mut room = room(lines.clone());
        for line in &lines {
            let end = line[line.len() - 1];
            let at = room.take(end, line, 120);
            let far = room.area(at, 120).far(end);
            assert!(far <= 60, "{at:?} is {far} from {end:?}");
        }
        for (at, area) in room.taken.iter().enumerate() {
            assert!(
                room.within.holds(area) && !room.is_crossed(area),
                "{area:?}"
            );
            let mut others = room.taken[..at].iter();
            assert!(!others.any(|other| other.meets(area)), "{area:?}");
        }
    }
}
