import Records
import Stages
import TokenService
import Tokens

/// A party whose process is turned by hand: it makes a key, answers, and follows rotations. A turn waits for nothing.
final class TurnedParty {
    private let world: TokenWorld
    private let party: PartyID
    private let keys: OPRFKeyStage
    private var answers: TokenStage?

    init(_ party: PartyID, in world: TokenWorld) throws {
        self.world = world
        self.party = party
        keys = try world.keyStage(party)
    }

    func turn() throws {
        _ = try keys.turn()
        guard let newest = keys.newest else { return }
        let stage = try answers ?? world.answerStage(party, newest)
        answers = stage
        while stage.epoch < newest {
            guard let share = try world.keyStore(party).share(consortium: "test", epoch: stage.epoch.next) else {
                throw TokenError.tooFewParties
            }
            stage.rotate(to: share)
        }
        _ = try stage.turn()
    }
}
