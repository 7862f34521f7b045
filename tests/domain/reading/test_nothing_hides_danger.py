"""Nothing that stands around a danger hides it: each text tells of one that is there, and staff see it at once."""

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain.level import Level
from followup.domain.reading import Asked, read

LEXICON = load_lexicon()

# Words that are a figure of speech with another object.
FIGURES_OF_SPEECH = """
passed out at work
My wife just passed out at the dinner table
passed out on the floor lol
passed out in front of the kids
i passed out for a minute
passed out cold in the hallway
i passed out before dinner
passed out with the stove on
he passed out right after the drip
passed out from the pain
passed out from the heat
i passed out in the chair at the clinic
my dad passed out the other day and hit his head
passed out early this morning in the bathroom
knocked out for 5 minutes after a fall, hit my head
I had a seizure last night
mom had a heart attack in the car just now
i laughed so hard i passed out and hit my head
half scared to death, my chest is crushing
worked himself to death, i mean he collapsed and is not breathing
my husband just about died in here he collapsed and is not breathing
he almost died on me last night he stopped breathing
my wife is dying over here she is not breathing
dying to get this over with, i took all the pills
i am going to kill myself when they lose the house
i might kill myself if they cancel again
i'm going to kill myself if i have to sit with this pain one more night
i will kill him if he comes back one more time
i'm going to kill my boss if he schedules me again, i have the gun in the car
my boss makes me so mad i could kill him and i bought a gun
kids i am going to kill myself tonight
this job is killing me i have chest pain and can't breathe
going to kill him with my gun
he says he will kill me with a knife
my husband is going to kill me with his gun
this pain is killing me with no end, i want to die
my boyfriend is trying to kill me here
my dad died on me in the kitchen he is not breathing
call 911 i am dying
the call dropped, i'm dying here
cut my hair then cut my wrists
i cut it close this time with the razor, deep cut on my wrist
he overdosed on the couch watching football
he is od'ing on the couch, football on
i overdosed on my mom's cookies and 30 ambien
fell for the third time today and blacked out
my husband fell for a reason i can't explain and hit his head
fell behind the couch and hit my head
fell through the deck and can't feel my legs
the deck collapsed and i hit my head
the tree fell on my husband he is not responding
my heart stopped when she left, i have chest pain
my heart is pounding when i saw the ex, chest pain down my arm
my heart is racing watching the news and i have crushing chest pain
breathless and my lips are blue
i can't catch my breath back at all
it took my breath away, the chest pain
the pain takes my breath away, crushing in my chest
i am having a heart attack lol
my husband had a heart attack when he jumped up
had a seizure seeing the lights
my dad is having a heart attack at the gas station
i am having a heart attack the dog is scared
nearly had a stroke, my face went numb
heat stroke he is passed out
brush with a stroke, my face is drooping
bad blood coming up when i vomit
vomiting flesh and blood
lost my mind, don't know where i am or who my wife is
lost my voice and my face droops
the wife lost consciousness after a seizure
my arm has gone numb from a stroke
my arm is dead from a stroke
my husband passed out from a stroke
lost my speech to a stroke this morning
how do i kill myself in front of the tv lol
my heart jumped and stopped at the game and i passed out
can't breathe in here
hard to breathe in a collar my throat is swelling
it is crowded and my mom can't breathe
blue lips and he ate candy but he is not breathing
his lips are blue, candy stuck in his throat
she had a popsicle and now her lips are blue and she is gasping
purple face after the popsicle choking
could not speak in the car, face drooping
could not talk at dinner, words would not come out
lost my voice at the game and can't talk, half my face is down
after hiking my arm is dead and my face droops
was shoveling snow and my left arm is dead and chest hurts
was mowing and collapsed, legs are dead
lifting and now my arm is dead
my leg is dead after the infusion
my arm is dead from the shoulder down
my arm is dead after the drip
my face is frozen on the left by the way
face froze on one side this morning
kept my eyes shut and won't wake up
lump in my throat when he hugged me, i can't swallow and my tongue is swelling
weight on my chest, it was my heart attack again
my chest is sore from swimming and the pain runs down my arm
he was out cold on the floor
the lights went out and he is out cold
power is out and my husband is out cold
the washer was on and my son is having a fit
i paid the bill and then my kid was having a fit on the floor shaking
my daughter is having a fit
my boss nearly had a stroke at work, his face drooped
i would rather die than miss him this much
i would rather die than go another day
i want to kms later
kms today
kms tonight
i am going to kms today
i should have shot myself for forgetting her
i should have killed myself for losing the house
i should have killed myself for not being there
should have hit myself for losing her, going to do it tonight
i do not want to live in this state of pain
i don't want to live in this state anymore
i do not want to live in a state like this
i don't want to live in that apartment without her i want to die
counting the pills for me to take tonight
they cut my pay so i cut my wrists
took a whole bottle of ambien i will text you
i forgot my epipen and my throat is closing
lost my epipen, stung by a bee, tongue swelling
i bring my epipen but my lips are swelling and i can't breathe
wrote a goodbye note to my kids
afraid of not waking up, i took 20 pills
he is not waking up from the anesthesia
scared, she is not waking up from the ketamine
me voy a matar de la pena de perder a mi hijo
me quiero morir de verguenza, ya tengo las pastillas
me quiero morir de celos, tengo el cuchillo
lo voy a matar por celos
la voy a matar de celos, tengo la pistola
me mata el dolor y me quiero morir
me ahogo con la ropa en el cuello
se me durmió el brazo por dormir pero la cara también
estoy jugando nintendo y se me durmió la mano y la cara
se me durmió la cara del lado izquierdo
me dio un golpe en la cabeza y me desmayé
me pegué en la cabeza del tornillo y vomito
se me encogió el corazón y me falta el aire y me duele el brazo
los labios morados y no respira, traía una paleta
comió paleta y se le pusieron los labios morados y no respira
no puedo hablar en la llamada, se me traba la lengua
no puedo hablar, estoy en una junta y se me cayó media cara
me quiero matar con este calor y esta tristeza
con todo este ruido me quiero matar, ya tengo la soga
i am going to hang myself with a belt
hang myself up in the garage
she tried to hang herself on the door
my wife passed out on the couch and hit her head
passed out on the couch won't wake up
i'm breathless
i can't breathe easy
can't breathe again now
no puedo respirar bien
me quiero matar en un rato
i will kill myself in some time
i want to die to be with my son
if it wasn't for my kids i would kill myself
my boss, i will kill him tonight
he took the car he will kill us
he will kill me when he gets home
my husband says he will kill me
i am going to kill my husband
my son said he will kill them at school
i fell through the porch and hit my head
fell for no reason and hit my head hard
my mom fell behind the door and hit her head
can't move my arm and leg
i wish i was dead lol
quisiera estar muerta jaja
i wish i was dead haha
want to be dead lmao
kill me now haha
i want to die lol
me quiero morir jaja
i'd be better off dead lol
i don't want to wake up tomorrow lol
no quiero despertar mañana jaja
"""

# Times that are not long ago, and a past beside a danger of today.
LONG_AGO = """
i had thoughts of killing myself last night
i had thoughts of suicide today
i had thoughts about ending my life this morning
i am not used to this chest pain
i used to be scared of this but i want to die
i want to die like i used to
i have been wanting to die since 2019
since last year i want to die
in the past hour i passed out twice
in the past two days i fainted
in the past week i tried to kill myself
in my old truck i passed out
when i was on the toilet i passed out
when i was going up the stairs i fainted
when i was driving i blacked out
when i was drinking coffee my face drooped
when i was in bed my chest got tight
when i was with my son he had a seizure
when i was back home i fainted
when i was 10 minutes from home i passed out
when i was using the stairs i blacked out
a while back this morning i passed out
fainted a while ago
passed out a while ago, head hurts
a while ago my husband collapsed
chest pain a while ago
back in the house he collapsed
back in my room i fainted
back in the day room he is having a seizure
years ago i would have cried but now i want to kill myself
last spring infusion helped but i want to die
a few months ago they upped my dose and today i passed out
on this dose for 3 months passed out today
i started 2 months ago and had a seizure today
my last infusion was 2 weeks ago and i had a seizure
when my kid came home i was passed out
tuve un derrame hace 2 horas
mi papá tuvo convulsión cuando era de noche
cuando estaba en la cocina me desmayé
cuando iba más despacio me desmayé
cuando era de madrugada me dio convulsión
en el pasado día me desmayé dos veces
me desmayé en la escuela de mi hija
mi hija convulsionó en la escuela
mi hijo se desmayó en la prepa hoy
me quise matar en la universidad ayer
hace tiempo que me quiero morir
hace meses que quiero matarme
hace un año que me quiero morir
hace años que pienso en matarme
hace mucho tiempo que no quiero vivir
antes quería vivir, ya me quiero matar
antes me reía, hoy me quiero morir
me voy a matar hoy, hace rato que lo pienso
i was diagnosed with epilepsy in 2010 and i just had a seizure
i had a stroke in 2015 and today my face is drooping
tuve un derrame hace 5 años y hoy se me durmió la cara
i tried to kill myself 10 years ago and i am going to do it tonight
hace 10 años intenté matarme y hoy lo voy a hacer
in high school i cut myself and last night i cut again
i used to cut and i cut my wrists tonight
i used to want to die and now i do again
"""

# What was watched, read or played while it happened.
FICTION = """
we watched a movie, then he had a seizure
he had a seizure right in the middle of the movie
i was reading a book when i blacked out
i was on netflix when my chest got crushing tight
listening to a song i started crying and i want to kill myself
this song makes me want to die tonight
i dreamed all night and now i can't breathe
i had a nightmare and woke up unable to breathe, lips blue
saw it on the news, this is me, i want to kill myself
after the news i took all my pills
leí las noticias y me quiero matar
viendo la novela me desmayé
estaba viendo la novela cuando me desmayé
leyendo un libro me dio una convulsión
estaba en el juego de mi hijo y me desmayé
during the game my husband collapsed
at my kid's game i passed out
my son collapsed at his soccer game
my daughter fainted during her school play
mi hija se desmayó en la obra de teatro de la escuela
he is having a seizure in the waiting room
a lady next to me is not breathing
someone at work is threatening to kill himself
my coworker says he will kill himself tonight
"""

# Questions, leaflets and ifs around a danger that is there.
SUPPOSED = """
is it true ketamine can cause seizures? my son just convulsed
is it true it can cause a stroke? his mouth is crooked
is it true this can cause heart attacks? she collapsed
could it be a heart attack i have crushing chest pain
can this be a stroke
is this a stroke
what do i do if he won't wake up
what do i do if he is not breathing
should i call 911 if she is having a seizure
should i have my wife drive, my chest is crushing
do i need to go to the er if my chest is tight
showing signs of a stroke
he has signs of a stroke
can i take something for the chest pain
i need something for this chest pain
is there something for crushing chest pain
you told me to call if i had chest pain
it says to call if your throat swells, mine is
you warned me about this, my tongue is swelling
you said it could cause chest pain and it did
the ketamine caused a seizure
your medicine causes me chest pain right now
it could be a seizure he is shaking all over
worried i might be having a heart attack
afraid i will kill myself tonight
what if i am having a stroke
what if i just had a seizure
i ran out of pills and had a seizure
qué hago si no despierta
qué hago si no respira mi esposo
que hago si me duele mucho el pecho
tengo síntomas de un derrame
mi esposo tiene síntomas de infarto
me dijeron que si me dolía el pecho avisara, me duele
me puede dar un infarto? me duele el pecho
algo para el dolor de pecho por favor
necesito algo para el dolor de pecho
si me pueden mandar ambulancia, mi esposo no respira
si tengo dolor de pecho desde ayer qué hago
si siento que me muero, me duele el pecho
creo que es un infarto por si acaso aviso
es verdad que da derrames? mi mamá tiene la boca chueca
es cierto que causa convulsiones? mi hijo convulsionó
mi esposo se fue al hospital por un infarto
mi mamá se fue en la ambulancia de un derrame
perdí la vista por un derrame
perdí el habla por un derrame
si me muero hoy díganle a mis hijos que los amo
if i die tonight tell my kids i love them
if i kill myself will it hurt my kids
how many oxy would it take to not wake up
can i die from 30 ambien
is it normal that he won't wake up
the instructions say call, my throat is swelling
watch for swelling it said, my tongue is huge
side effects of the drip: i can't breathe
possible side effect? my lips are swelling and i can't breathe
family history of strokes and my face is drooping
rule out a stroke please my arm is numb and i can't speak right
medicine for seizures ran out and he is seizing
pills for sleep i took the whole bottle
pastillas para dormir me tomé todas
me tomé todas las pastillas para la presión
"""

# The writer beside somebody else in danger.
SOMEBODY_ELSE = """
mi esposa se desmayó y yo no sé qué hacer
mi esposo tuvo un infarto hace rato
tuve una convulsión en la cocina
a mi mamá le dio un derrame en la casa
mi papá tuvo un infarto en el baño
le dio un infarto a mi esposo anoche
casi me da un infarto, me duele el pecho y el brazo
me dio un infarto con el susto, me duele el pecho
me va a dar un infarto, me duele el pecho
le dio un infarto cuando vio la cuenta y está en el hospital
mi papá tuvo un infarto por el susto
el partido estaba en la tele y a mi papá le dio un infarto
con el gol a mi papá le dio un infarto y no despierta
yo no puedo respirar
a mí no me entra el aire
yo no despierto a mi esposo, no responde
mi vecino se desmayó y yo no puedo moverlo
mi tía no respira y yo no sé qué hacer
mi primo se tomó las pastillas y no despierta y yo estoy sola
mi suegra se desmayó y yo estoy con ella
mi compadre tuvo un derrame y yo estoy asustado
el señor de al lado se desmayó y no respira
el muchacho del trabajo no despierta
un señor en la iglesia no respira
my cousin took all his pills and won't wake up, i am fine
mi prima se tomó todas las pastillas, yo estoy bien
mi vecino se quiere matar, yo no sé qué hacer
my neighbor is going to kill himself but not me
"""

# A no that belongs to something else.
DENIED = """
no puedo respirar, no es de risa
no me duele la cabeza me desmayé
no comí y me desmayé
no quiero que se preocupen pero me quiero matar
no es mi dolor es mi esposo no despierta
no le dije a mi esposa que me quiero matar
no le he dicho a nadie que quiero morir
no sé si es infarto, me duele el pecho
no tengo a nadie y me quiero morir
no fui a trabajar me desmayé en la calle
nunca les había contado que me quiero matar
sin querer me tomé todas las pastillas
no me siento bien me duele el pecho
ni mi esposa sabe que me quiero matar
hasta aquí llegamos con los mensajes, ya tengo la pistola
no se preocupen por mi dolor ya me voy a matar
escribí carta de despedida a mis hijos
i have chest pain in my back too and it runs to the jaw
chest pain 0 relief
i fainted. 0 pain though
fainted. none else
i fainted today, none of the meds helped
i can't breathe fine
breathing was fine until an hour ago now i can't get air
chest does not hurt it feels crushed like an elephant
my face is not numb it is drooping
no chest pain but can't breathe
no fever, chest is crushing
no cough no fever, i passed out
no me duele el pecho pero no puedo respirar
no tengo fiebre, me desmayé
nothing helps, i want to die
nobody knows i took all my pills
never felt chest pain like this
i never had a seizure before, had one today
i had never fainted before today
first time i ever fainted
nunca me había desmayado y hoy me desmayé
nunca había tenido convulsiones, hoy tuve una
no he comido desde ayer y me desmayé
without warning i passed out
sin aviso me desmayé
without my wife i would have died i passed out in the tub
barely breathing
he is hardly breathing
apenas respira
casi no respira
he's not breathing right
she isn't waking up
no more pain if i end it tonight
i have no reason to live
no reason to live
ya no tengo razón para vivir
"""

# Each rule of an emergency at work, at home, yesterday, with a laugh.
TOLD_LIGHTLY = """
se cayó y se abrió la cabeza
me caí bien feo y me pegué en la cabeza
mi mamá se cayó y se pegó en la cabeza
my right arm and leg went numb
left side of my face is numb since breakfast
my speech is slurred since this morning
my tongue is swelling up lol
throat closing up haha
my lips are blue lol
chest pain lol prob nothing
pain in my chest like an elephant, i'm at work
chest tightness, but i'm watching the game
worst headache of my life out of nowhere
thunderclap headache at dinner
vomiting blood in the kitchen
threw up blood at work
vomité sangre en el trabajo
vomitando sangre anoche
took 40 pills last night
i took all my ambien and i am sleepy
took too much of my oxy and i'm nodding off
me tomé veinte pastillas anoche
le di doble dosis y está muy dormido, no despierta
my daughter won't wake up after her nap
my husband won't wake up, he was watching tv
she is not responding, we were at church
he does not know where he is, since the drive home
no sabe dónde está ni quién soy
i don't know where i am
my legs are numb and i can't pee
blood pressure 190/125 and a bad headache
bp 200/120 chest hurts
presión 190/120 y me duele la cabeza
i cut myself last night
i cut my wrists in the bathtub
me corté las venas
i tried to kill myself yesterday
i tried to hang myself last night
anoche intenté matarme
me quise matar antier
my son tried to kill himself last week
mi hija intentó suicidarse ayer
no quiero vivir jaja
everyone would be better off without me haha
i have a gun and i'm going to use it on myself
i have the pills lined up
ya tengo las pastillas listas para morirme
"""

# Another thing said in the same breath: an earlier life, an animal, a leaflet, a bare no.
BESIDES = """
had a stroke 20 minutes ago
had a stroke an hour ago lol
tuvo un derrame hace un rato
tuvo una convulsión hace 10 minutos
le dio una convulsión hace como una hora
mi tío tuvo un derrame anoche
my uncle had a heart attack this morning
my coworker collapsed at lunch and is unresponsive
my ex took a bottle of pills, he is not waking up
my mom had a seizure with hers just now
my friend passed out after hers today
mi comadre se desmayó con lo suyo hace rato
i used to faint as a kid and i fainted this morning
i fainted last night, last time was 3 years ago
i fainted yesterday and my mom fainted years ago
last time i fainted was in 2015 until this morning, passed out at the sink
i passed out. it has not happened since high school
no me había desmayado desde hace años, hoy me desmayé
me desmayé, no me pasaba desde hace años
la última vez que me desmayé fue hace un año, hoy me desmayé otra vez
mi esposo convulsionó, la última vez fue hace 3 años
i was pregnant 3 months ago and my chest is crushing
i lost my job 2 years ago i want to kill myself
when i was young i was happy, i want to die
when i was a kid we lived here, my husband collapsed in the yard
my son passed out in college today
last month i was fine, i passed out this morning
last year the ketamine helped, i took all my pills
last christmas was nice, my husband is not breathing
in 2019 i started ketamine i passed out today
back in the day i was strong, now i can't breathe
as a child i had asthma and i can't breathe right now
my husband had a seizure as we were leaving, last year he was fine
hace 3 meses que empecé el suero y hoy me desmayé
hace un año murió mi esposo y me quiero morir
hace dos años perdí a mi hijo, ya no quiero vivir
el año pasado estaba bien, hoy me quiero matar
cuando era joven era feliz, me quiero matar
de joven corría, ahora no puedo respirar
en 2019 me operaron, me duele mucho el pecho
en mi juventud fui feliz, ya me quiero morir
toda mi niñez fue triste, me quiero matar
my neighbor had a stroke last night
my coworker is having a stroke
my aunt fainted an hour ago but i am fine
my friend took all her pills after hers and won't wake up
la señora de al lado se tomó todas las pastillas
mi tía se desmayó hoy con lo suyo, yo nada
runs in the family, i want to kill myself
in my family nobody knows i took all my pills
en mi familia nadie sabe que me quiero matar
my family has no idea i am going to kill myself
family members say my face is drooping
my cat died and i want to kill myself
mi perro se murió y me quiero morir
my dog is all i have, i took all my pills
el perro se cayó y mi esposo se desmayó
the horse threw me and i hit my head and blacked out
the dog bit me and my throat is swelling shut
my bird is loud and i can't breathe
the horse fell on my husband he is not responding
fell off my horse and hit my head, blacked out
is it true you can die from 30 tylenol, i took them
if i ever kill myself it will be tonight
in case i die tonight the keys are in the drawer
what if i took all of them
qué pasa si me tomo todas las pastillas
miedo de que me muera, me duele el pecho
tengo miedo de tener un infarto, me aprieta el pecho
scared of having a stroke, my face is numb
worried about having a seizure again had one last night
the paperwork is signed, i took all my pills
the form asks about chest pain and yes i have it
the handout is useless i passed out twice
do these pills kill you, i took all of them
will it stop my chest is crushing
will i die i took 40 pills
meds for my heart ran out and my chest is crushing
pastillas para el corazón no tengo y me duele mucho el pecho
no thanks, i passed out
no. i passed out
nope passed out twice
nah i fainted
none i passed out
nothing new i fainted last night
zero sleep i want to die
nada nuevo, me desmayé
nada, se desmayó mi esposa
sin novedad pero mi esposo no despierta
tampoco pude dormir y me quiero matar
without a doubt i am having a heart attack
lack of air, i can't breathe
stopped having fun, i want to die
no longer want to live
not joking i want to die
not feeling it today i want to kill myself
not sleeping not eating want to die
not to worry you but i passed out
never mind i passed out
it is not a joke my throat is closing
i can't drive i passed out
can't drive my throat is closing
i don't have a ride and my chest is crushing
i don't have my phone my husband collapsed
did not take my meds and had a seizure
did not eat and passed out
did not make it to the bathroom, passed out
couldn't make it up the stairs, chest is crushing
isn't much pain but i fainted
wasn't hungry, then i fainted
"""

EVERY_TEXT = [
    text
    for group in (FIGURES_OF_SPEECH, LONG_AGO, FICTION, SUPPOSED, SOMEBODY_ELSE, DENIED, TOLD_LIGHTLY, BESIDES)
    for text in group.strip().splitlines()
]


@pytest.mark.parametrize("text", EVERY_TEXT)
def test_a_danger_that_is_there_is_an_emergency(text):
    assert read(text, asked=Asked.NONE, lexicon=LEXICON).level is Level.EMERGENCY
