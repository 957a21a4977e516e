import Ingest
import Testing

@Suite("A decision policy")
struct DecisionPolicyTests {
    @Test(
        "has bands that begin at their bounds",
        arguments: [
            (0.0, DecisionPolicy.Band.approve), (0.1.nextDown, .approve), (0.1, .review), (0.5.nextDown, .review),
            (0.5, .decline), (1.0, .decline),
        ])
    func bands(probability: Double, band: DecisionPolicy.Band) throws {
        #expect(try DecisionPolicy(review: 0.1, decline: 0.5).band(probability) == band)
    }

    @Test("may have no review band, decline all, or decline only certainty")
    func extremes() throws {
        let noReview = try DecisionPolicy(review: 0.5, decline: 0.5)
        #expect(noReview.band(0.5.nextDown) == .approve && noReview.band(0.5) == .decline)
        #expect(try DecisionPolicy(review: 0, decline: 0).band(0) == .decline)
        let certain = try DecisionPolicy(review: 1, decline: 1)
        #expect(certain.band(1.0.nextDown) == .approve && certain.band(1) == .decline)
    }

    @Test("with bounds out of order or range is refused")
    func invalid() {
        #expect(throws: DecisionPolicy.Invalid.outOfOrder) { try DecisionPolicy(review: 0.6, decline: 0.5) }
        for (review, decline) in [(-0.1, 0.5), (0.1, 1.1), (.nan, 0.5), (0.1, .nan), (0.1, .infinity)] {
            #expect(throws: DecisionPolicy.Invalid.outOfRange) { try DecisionPolicy(review: review, decline: decline) }
        }
    }
}
