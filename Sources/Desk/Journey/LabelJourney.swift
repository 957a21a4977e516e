package import Records

/// When the labels of a consortium's events leave their members: those of a bucket of event time all at once, so long after its
/// end. Neither that a label leaves nor when says anything then.
package struct LabelTerms: Sendable, Hashable {
    /// In seconds.
    package var bucket: Int64
    package var delay: Int64

    package init(bucket: Int64, delay: Int64) {
        precondition(bucket > 0 && delay >= 0)
        self.bucket = bucket
        self.delay = delay
    }

    /// The event time at which the label of a payment leaves.
    package func departure(of paid: EventTime) -> EventTime {
        let number = paid.seconds >= 0 ? paid.seconds / bucket : -((bucket - 1 - paid.seconds) / bucket)
        return EventTime(seconds: (number + 1) * bucket + delay)
    }
}

/// How far a verdict's label has come on its way to the model.
package struct LabelJourney: Sendable, Hashable {
    /// Where it stands.
    package enum Stage: Sendable, Hashable {
        /// The verdict is recorded, and its label is not on the member's topic yet.
        case recorded
        /// It leaves at this event time, and not before.
        case waits(EventTime)
        /// The agent has told the parties, and not all of them have counted it.
        case sealed
        /// All three parties have counted it.
        case counted
    }

    package var stage: Stage
    /// Whether it came behind the label that left at the payment's time, and so is a correction, which parties see as one: that
    /// there is one and of which event, and not what it says.
    package var isCorrection: Bool
    /// What is counted of the payment as a fraud, or not, by what left before; nil where nothing has left.
    package var before: Bool?

    /// What is known of a payment's labels.
    package struct Facts: Sendable {
        package var paid: EventTime
        /// The label on the member's topic, and the ones before it, oldest first: what each says, and the event time at which it
        /// came.
        package var labels: [(fraud: Bool, came: EventTime?, offset: Int64)]
        /// Event time now, in the payment's partition.
        package var now: EventTime?
        /// Up to which record of the partition all three parties have counted labels, and the event time there.
        package var counted: (offset: Int64, time: EventTime)?

        package init(
            paid: EventTime, labels: [(fraud: Bool, came: EventTime?, offset: Int64)], now: EventTime?,
            counted: (offset: Int64, time: EventTime)?
        ) {
            self.paid = paid
            self.labels = labels
            self.now = now
            self.counted = counted
        }
    }

    /// What the parties were told of the payment by now, which a verdict that says otherwise would correct; nil while nothing has
    /// left. One of which nobody said anything is told as no fraud.
    package static func told(_ facts: Facts, terms: LabelTerms) -> Bool? {
        guard let now = facts.now, now >= terms.departure(of: facts.paid) else { return nil }
        return facts.labels.last?.fraud ?? false
    }

    package init(_ facts: Facts, terms: LabelTerms) {
        let departure = terms.departure(of: facts.paid)
        guard let last = facts.labels.last else {
            (stage, isCorrection, before) = (.recorded, false, nil)
            let hasLeft = facts.now.map { $0 >= departure } ?? false
            // Every event has a label at its time; one of which nobody said anything says that it was no fraud.
            if hasLeft { (isCorrection, before) = (true, false) }
            return
        }
        let isLate = last.came.map { $0 >= departure } ?? false
        let earlier = facts.labels.dropLast().last
        (isCorrection, before) = (isLate, isLate ? earlier?.fraud ?? false : nil)
        if let now = facts.now, now < departure {
            stage = .waits(departure)
        } else if isLate {
            // A correction leaves with the record that it came by.
            stage = facts.counted.map { $0.offset >= last.offset } ?? false ? .counted : .sealed
        } else {
            stage = facts.counted.map { $0.time >= departure } ?? false ? .counted : .sealed
        }
    }
}
