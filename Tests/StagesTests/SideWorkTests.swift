import Stages
import Synchronization
import Testing

@Suite("Work beside a stage")
struct SideWorkTests {
    @Test("is done in its order, and waited for")
    func queue() {
        let done = Mutex<[Int]>([])
        let work = SideWork.queue("test")
        for number in 0..<100 { work.run { done.withLock { $0.append(number) } } }
        work.wait()
        #expect(done.withLock { $0 } == Array(0..<100))
    }

    @Test("is done at once where it is inline")
    func inline() {
        let done = Mutex(false)
        SideWork.inline.run { done.withLock { $0 = true } }
        #expect(done.withLock { $0 })
        SideWork.inline.wait()
    }
}
