//! Workers for many threads. Each thread has its own slot, and no lock is shared by all.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use portcullis_core::Attempt;

use crate::base::fields::parse;
use crate::base::{Answer, Counters, DecideInput, Error, Identification, Problems, Query, Rules, Subject};
use crate::sandbox::{Worker, WorkerPlan};

/// How often a waiting caller checks again, in case it missed the notification.
const LOOK: Duration = Duration::from_millis(1);

/// Workers, each in a slot that one caller at a time may use.
pub(crate) struct Pool {
    slots: Box<[Slot]>,
    plan: WorkerPlan,
    waiting: AtomicUsize,
    room: Mutex<()>,
    freed: Condvar,
    waits: AtomicU64,
    waited_micros: AtomicU64,
    turned_away: AtomicU64,
}

/// Aligned so that two processors never write to the same cache line.
#[derive(Default)]
#[repr(align(128))]
struct Slot {
    /// `None` until it is first needed, and after a failure.
    worker: Mutex<Option<Worker>>,
    /// Written only under the lock; read by any thread.
    calls: AtomicU64,
    failures: AtomicU64,
    recycles: AtomicU64,
    memory: AtomicUsize,
}

type SlotGuard<'p> = MutexGuard<'p, Option<Worker>>;

impl Pool {
    /// A pool that starts with one worker.
    pub(crate) fn new(plan: WorkerPlan, first: Worker) -> Pool {
        let slots: Box<[Slot]> = (0..plan.limits.instances.max(1)).map(|_| Slot::default()).collect();
        let pool = Pool {
            slots,
            plan,
            waiting: AtomicUsize::new(0),
            room: Mutex::default(),
            freed: Condvar::new(),
            waits: AtomicU64::new(0),
            waited_micros: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
        };
        if let Some((slot, mut place)) = pool.home().and_then(|slot| Some((slot, slot.free()?))) {
            slot.memory.store(first.memory(), Ordering::Relaxed);
            *place = Some(first);
        }
        pool
    }

    /// Runs a query on a worker. A worker that fails is dropped.
    #[inline]
    fn with<T>(&self, work: impl FnOnce(&mut Worker) -> Result<T, Error>) -> Result<T, Error> {
        let (slot, mut held) = self.acquire()?;
        let result = match &mut *held {
            Some(worker) if !worker.has_grown() => slot.run(worker, work),
            Some(_) | None => self.renew(slot, &mut held).and_then(|worker| slot.run(worker, work)),
        };
        if result.is_err() {
            slot.failed(&mut held);
        } else if self.plan.limits.isolated {
            slot.drop_worker(&mut held);
        }
        drop(held);
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.freed.notify_one();
        }
        result
    }

    /// The slot of this thread if it is free, otherwise another one.
    #[inline]
    fn acquire(&self) -> Result<(&Slot, SlotGuard<'_>), Error> {
        match self.home().and_then(|slot| Some((slot, slot.free()?))) {
            Some(acquired) => Ok(acquired),
            None => self.acquire_any(),
        }
    }

    #[inline]
    fn home(&self) -> Option<&Slot> {
        let number = thread_number();
        let slots = self.slots.len();
        self.slots.get(if number < slots { number } else { number % slots })
    }

    /// Any free slot, preferably with a worker. Waits if all slots are busy.
    #[cold]
    fn acquire_any(&self) -> Result<(&Slot, SlotGuard<'_>), Error> {
        if let Some(acquired) = self.find() {
            return Ok(acquired);
        }
        self.waits.fetch_add(1, Ordering::Relaxed);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let start = Instant::now();
        let acquired = self.wait(start);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
        acquired.ok_or_else(|| {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
            Error::Busy { limit: self.plan.limits.wait }
        })
    }

    fn find(&self) -> Option<(&Slot, SlotGuard<'_>)> {
        let mut empty = None;
        for slot in &self.slots {
            match slot.free() {
                Some(held) if held.is_some() => return Some((slot, held)),
                Some(held) => empty = empty.or(Some((slot, held))),
                None => {}
            }
        }
        empty
    }

    fn wait(&self, start: Instant) -> Option<(&Slot, SlotGuard<'_>)> {
        loop {
            let left = self.plan.limits.wait.checked_sub(start.elapsed())?;
            let room = self.room.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            drop(self.freed.wait_timeout(room, left.min(LOOK)));
            if let Some(acquired) = self.find() {
                return Some(acquired);
            }
        }
    }

    /// Starts a worker in place of one that failed or has grown, or in an empty slot.
    #[cold]
    fn renew<'h>(&self, slot: &Slot, held: &'h mut SlotGuard<'_>) -> Result<&'h mut Worker, Error> {
        slot.drop_worker(held);
        Ok(held.insert(Worker::start(&self.plan)?))
    }
}

/// An answer is checked while its instance is held: an instance with an incomplete answer is dropped.
impl Rules for Pool {
    #[inline]
    fn decide(&self, input: &DecideInput<'_>) -> Result<u32, Error> {
        self.with(|worker| worker.decide(input))
    }

    fn identify(&self, attempt: &Attempt<'_>) -> Result<Identification, Error> {
        self.with(|worker| worker.identify(attempt))
    }

    fn open_subject(&self, subject: &Subject) -> Result<Result<(), Problems>, Error> {
        self.with(|worker| worker.open_subject(subject))
    }

    fn answer(&self, query: Query<'_>) -> Result<Answer, Error> {
        self.with(|worker| {
            let answer = worker.answer(query)?;
            answer.as_deref().ok().map(parse).transpose()?;
            Ok(answer)
        })
    }

    fn counters(&self) -> Counters {
        let mut counters = Counters {
            waits: self.waits.load(Ordering::Relaxed),
            waited_micros: self.waited_micros.load(Ordering::Relaxed),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            ..Counters::default()
        };
        for slot in &self.slots {
            counters.calls += slot.calls.load(Ordering::Relaxed);
            counters.failures += slot.failures.load(Ordering::Relaxed);
            counters.recycles += slot.recycles.load(Ordering::Relaxed);
            let memory = slot.memory.load(Ordering::Relaxed);
            counters.instances += usize::from(memory > 0);
            counters.memory += memory;
        }
        counters
    }

    fn running(&self) -> Vec<bool> {
        self.slots.iter().map(|slot| slot.memory.load(Ordering::Relaxed) > 0).collect()
    }

    /// If an instance cannot be started, or its slot is in use, the first query starts it.
    fn warm_up(&self, places: &[bool]) {
        for (slot, _) in self.slots.iter().zip(places).filter(|(_, needed)| **needed) {
            if let Some(mut held) = slot.free().filter(|held| held.is_none())
                && let Ok(worker) = Worker::start(&self.plan)
            {
                slot.memory.store(worker.memory(), Ordering::Relaxed);
                *held = Some(worker);
            }
        }
    }
}

impl Slot {
    /// The lock, unless another thread holds it.
    #[inline]
    fn free(&self) -> Option<SlotGuard<'_>> {
        match self.worker.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Poisoned(poisoned)) => {
                self.worker.clear_poison();
                let mut held = poisoned.into_inner();
                self.failed(&mut held);
                Some(held)
            }
        }
    }

    #[inline]
    fn run<T>(
        &self,
        worker: &mut Worker,
        work: impl FnOnce(&mut Worker) -> Result<T, Error>,
    ) -> Result<T, Error> {
        count(&self.calls);
        let result = work(worker);
        self.memory.store(worker.memory(), Ordering::Relaxed);
        result
    }

    #[cold]
    fn failed(&self, held: &mut SlotGuard<'_>) {
        count(&self.failures);
        self.drop_worker(held);
    }

    /// Drops a worker and everything that it has opened.
    #[cold]
    fn drop_worker(&self, held: &mut SlotGuard<'_>) {
        if held.take().is_some() {
            count(&self.recycles);
            self.memory.store(0, Ordering::Relaxed);
        }
    }
}

/// Adds one. Only the holder of the slot's lock does so, so no count is lost.
#[inline]
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// Numbers the threads in the order in which they call.
#[inline]
fn thread_number() -> usize {
    const UNKNOWN: usize = usize::MAX;
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(UNKNOWN) };
    }
    NUMBER.with(|number| {
        if number.get() == UNKNOWN {
            number.set(NEXT.fetch_add(1, Ordering::Relaxed) % UNKNOWN);
        }
        number.get()
    })
}
