import Policy
import Support
import Testing

@Suite("Bands of the score")
struct ScoreBandsTests {
    @Test(
        "begin at their bounds",
        arguments: [
            (0.0, Band.approve), (0.1.nextDown, .approve), (0.1, .review), (0.5.nextDown, .review), (0.5, .decline),
            (1.0, .decline),
        ])
    func bands(probability: Double, band: Band) throws {
        #expect(try ScoreBands(review: 0.1, decline: 0.5).band(probability) == band)
        #expect(
            try DecisionPolicy(review: 0.1, decline: 0.5)
                .decide(PolicyFacts(transaction: payment("p", seconds: 0), probability: probability)).band == band)
    }

    @Test("have one for challenges where a bound says so")
    func challenge() throws {
        let bands = try ScoreBands(challenge: 0.05, review: 0.1, decline: 0.5)
        #expect(bands.band(0.05.nextDown) == .approve && bands.band(0.05) == .challenge)
        #expect(bands.band(0.1.nextDown) == .challenge && bands.band(0.1) == .review)
    }

    @Test("may leave out review or challenge, decline all, or decline only certainty")
    func extremes() throws {
        let noReview = try ScoreBands(review: 0.5, decline: 0.5)
        #expect(noReview.band(0.5.nextDown) == .approve && noReview.band(0.5) == .decline)
        #expect(try ScoreBands(challenge: 0.3, review: 0.3, decline: 0.5).band(0.3) == .review)
        #expect(try ScoreBands(review: 0, decline: 0).band(0) == .decline)
        let certain = try ScoreBands(review: 1, decline: 1)
        #expect(certain.band(1.0.nextDown) == .approve && certain.band(1) == .decline)
    }

    @Test("with bounds out of order or range are refused")
    func invalid() {
        #expect(throws: ScoreBands.Invalid.outOfOrder) { try ScoreBands(review: 0.6, decline: 0.5) }
        #expect(throws: ScoreBands.Invalid.outOfOrder) { try ScoreBands(challenge: 0.2, review: 0.1, decline: 0.5) }
        for (review, decline) in [(-0.1, 0.5), (0.1, 1.1), (.nan, 0.5), (0.1, .nan), (0.1, .infinity)] {
            #expect(throws: ScoreBands.Invalid.outOfRange) { try ScoreBands(review: review, decline: decline) }
        }
        #expect(throws: ScoreBands.Invalid.outOfRange) { try ScoreBands(challenge: .nan, review: 0.1, decline: 0.5) }
    }

    @Test("grow more severe from approve to decline, and alert from review on")
    func order() {
        #expect(Band.allCases.sorted() == [.approve, .challenge, .review, .decline])
        #expect(Band.allCases.filter(\.alerts) == [.review, .decline])
    }
}
