"""The words that names of sessions are made of; see `session_names.py`."""

from typing import Final

ADJECTIVES: Final = """
    Able Accurate Active Adaptable Adept Adventurous Affable Agile Airy Alert Alive Alpine Amber
    Ambitious Amiable Ample Amused Ancient Angular Animated Aquatic Arboreal Arctic Ardent
    Artful Artistic Astral Astute Athletic Attentive Auburn August Autumn Avid Awake Aware Azure
    Balanced Balmy Bashful Bold Boreal Bouncy Boundless Brassy Brave Breezy Brief Bright
    Brilliant Brisk Broad Bronze Bubbly Buoyant Busy Calm Candid Carefree Careful Caring Casual
    Celestial Charming Cheerful Cheery Chilly Chipper Chromatic Circular Civil Classic Clean
    Clear Clever Cloudless Cloudy Coastal Cobalt Colourful Comfy Compact Composed Concise
    Confident Constant Content Cool Copper Coral Cordial Cosmic Cosy Courteous Crafty Creative
    Crimson Crisp Crystal Curious Curly Dainty Dapper Daring Dashing Dauntless Dawning Dazzling
    Dear Decisive Deep Deft Delicate Delighted Deluxe Dependable Devoted Diligent Distant
    Diurnal Dotted Downy Dreamy Driven Durable Dusky Dynamic Eager Early Earnest Earthy Eastern
    Easy Easygoing Ebullient Echoing Electric Elegant Elevated Emerald Eminent Enchanted Endless
    Energetic Enigmatic Enthused Epic Equal Eternal Ethereal Evening Evergreen Exact Exalted
    Expert Express Exuberant Fabled Fabulous Fair Faithful Famous Fanciful Fancy Fast Fearless
    Feathered Fervent Festive Fiery Fine Firm First Fleecy Fleet Flexible Floating Floral
    Flowing Fluent Fluffy Flying Focused Fond Formal Forthright Fortunate Forward Fragrant Free
    Frequent Fresh Friendly Frosted Frosty Frugal Fruity Funky Fuzzy Gallant Generous Genial
    Gentle Genuine Giddy Gifted Gilded Glad Gleaming Gleeful Glimmering Glittering Global
    Glorious Glossy Glowing Golden Good Graceful Gracious Grand Granite Grateful Great Green
    Gritty Groovy Grounded Gusty Handy Happy Hardy Harmonic Hasty Hazel Hazy Hearty Heavy
    Helpful Heroic Hidden Honest Hopeful Huge Humble Humming Hushed Icy Ideal Idle Illustrious
    Imaginative Immense Important Improved Indigo Infinite Inky Inland Inner Inquisitive
    Inspired Intense Intrepid Inventive Iridescent Ivory Jade Jaunty Jazzy Jolly Jovial Joyful
    Jubilant Judicious Juicy Jumbo Jumping Keen Kind Kindly Kinetic Knowing Large Lasting
    Lavender Lavish Leafy Leaping Learned Legendary Leisurely Lenient Level Light Lilac Limber
    Linear Liquid Literate Little Lively Lofty Logical Lone Long Loud Lovely Loyal Lucid Lucky
    Luminous Lunar Lush Lustrous Lyrical Magic Magnetic Majestic Marble Maritime Marvellous
    Mauve Mellow Melodic Memorable Merry Meteoric Methodical Mighty Mild Mindful Mineral Minty
    Mirthful Misty Mobile Modern Modest Moonlit Mossy Motley Mountainous Moving Musical Muted
    Mysterious Mystic Natural Nautical Navy Neat Neon Nested Nifty Nimble Noble Nocturnal
    Nomadic Nordic Northern Notable Novel Oaken Obliging Observant Oceanic Offbeat Olive Onward
    Opaline Open Optimistic Orbital Orchid Orderly Organic Original Ornate Outgoing Outstanding
    Oval Painted Paisley Palatial Pale Paper Paramount Pastel Patient Peaceful Peachy Pearly
    Pensive Peppery Perceptive Perky Persistent Philosophic Pioneering Placid Plain Planetary
    Playful Pleasant Plucky Plum Plush Poetic Poised Polar Polished Polite Popular Portable
    Positive Practical Practised Precious Precise Primal Prime Princely Prismatic Profound
    Prompt Proper Prosperous Proud Prudent Punctual Pure Purple Purposeful Quaint Quantum Quick
    Quiet Quilted Quirky Quizzical Radiant Rambling Rapid Rare Ready Real Reassuring Refined
    Reflective Regal Regular Relaxed Relentless Reliable Remarkable Resilient Resolute Resonant
    Resourceful Rested Restful Rhythmic Rich Rippling Rising Roaming Robust Rolling Romantic
    Roomy Rosy Round Rousing Roving Royal Ruby Rugged Rural Russet Rustic Rustling Sable Sailing
    Salty Sandy Sapphire Satin Savvy Scarlet Scenic Scholarly Seaside Seasoned Secure Sensible
    Sepia Serene Shaded Shaggy Shapely Sharp Shining Shiny Shy Silent Silken Silky Silver Simple
    Sincere Singing Skilful Sleek Sleepy Slender Slick Smart Smiling Smooth Snowy Snug Soaring
    Sociable Soft Solar Solemn Solid Sonic Soothing Southern Spacious Sparkling Special Spectral
    Speedy Spherical Spirited Splendid Spotted Sprightly Springy Spry Square Stable Starlit
    Starry Stately Stationary Steadfast Steady Steely Stellar Sterling Still Stirring Stout
    Straight Strategic Striking Striped Strong Studious Sturdy Stylish Suave Sublime Subtle
    Summery Sunlit Sunny Superb Supple Supreme Sure Swaying Sweet Swift Swinging Symphonic
    Tactful Tall Tame Tangy Tartan Tasteful Teal Temperate Tenacious Tender Terrific Thankful
    Thorough Thoughtful Thrifty Thriving Tidal Tidy Timeless Timely Tiny Tireless Topaz Tough
    Towering Tranquil Trim Triumphant Tropical True Trusty Truthful Turquoise Twilit Twinkling
    Umber Unbroken Undaunted Unhurried Unique United Unruffled Upbeat Upright Upward Urbane
    Useful Valiant Valued Vast Velvet Verdant Versatile Vibrant Victorious Vigilant Vigorous
    Vintage Violet Virtuous Vital Vivacious Vivid Vocal Volcanic Wakeful Wandering Warm Wary
    Watchful Wavy Waxing Wealthy Welcome Western Whimsical Whirling Whispering Whole Wholesome
    Wide Wild Willing Windy Winged Winning Wintry Wise Wistful Witty Wondrous Wooden Woodland
    Woollen Worldly Worthy Woven Xenial Yearning Yellow Young Youthful Zany Zealous Zesty Zigzag
    Zippy
"""

NOUNS: Final = """
    Abacus Acorn Acrobat Admiral Airship Albatross Alcove Almanac Almond Alpaca Amphora Anagram
    Anchor Anemone Antelope Anthem Anvil Apiary Apple Apricot Aqueduct Arbour Arcade Arch Archer
    Archipelago Architect Armadillo Arpeggio Artisan Ascent Aspen Asteroid Astronaut Atlas
    Atrium Aurora Avenue Avocado Axolotl Backpack Badger Bagel Bakery Balcony Ballad Balloon
    Bamboo Banjo Banner Barley Barometer Bassoon Bay Bayou Beacon Beaver Bell Bellows Bicycle
    Birch Biscuit Bison Blanket Blizzard Blossom Blueberry Bluebird Boardwalk Bonfire Bookcase
    Boomerang Boulder Bouquet Bracelet Breeze Bridge Brook Broom Bubble Buckle Bugle Bungalow
    Butterfly Button Cabin Cactus Cadence Calendar Camel Camera Campfire Canary Candle Canoe
    Canopy Canvas Canyon Capybara Caravan Caravel Cardigan Cardinal Caribou Carnival Carousel
    Cascade Castle Catalogue Cavern Cedar Cello Ceramic Chalk Chameleon Chapter Chariot Cheetah
    Cherry Chestnut Chime Chimney Chinchilla Chipmunk Chord Chorus Cider Cinnamon Circuit
    Clarinet Clavier Cliff Clockwork Cloud Clover Cobbler Cobblestone Cocoon Colibri Comet
    Compass Concert Concerto Condor Conductor Constellation Cookie Cormorant Cornflower Corridor
    Cosmos Cottage Courier Cove Coyote Cradle Cranberry Crane Crater Crayon Creek Crescent
    Cricket Crocus Crossroad Crow Crown Cruise Crystal Cuckoo Cumulus Cupcake Current Curtain
    Cushion Cyclone Cygnet Cymbal Cypress Daffodil Dahlia Daisy Damson Dance Dandelion Dawn
    Daybreak Deer Delta Desert Dew Dial Diamond Dinghy Diorama Dirigible Dolphin Domino Door
    Doorbell Dormouse Dove Dragonfly Drawbridge Dream Driftwood Drizzle Drum Drummer Duckling
    Duet Dulcimer Dune Dynamo Eagle Earring Earth Easel Echo Eclipse Eddy Egret Elder Elephant
    Elk Elm Ember Emblem Encore Engine Envoy Equinox Ermine Espresso Estuary Etude Eucalyptus
    Evening Expedition Explorer Fable Falcon Farm Farmhouse Feather Fennel Fern Ferret Ferry
    Festival Fiddle Field Fig Finch Fir Firefly Fireplace Firework Fjord Flagstone Flamingo
    Flask Fleet Flint Flock Flower Flute Foghorn Foliage Footbridge Footprint Forest Forge
    Fortress Fountain Fox Foxglove Fresco Frigate Frost Fuchsia Fugue Galaxy Gale Galleon
    Gallery Garden Gardenia Garland Garnet Gate Gazelle Gazette Gecko Geode Geranium Geyser
    Gibbon Ginger Giraffe Glacier Glade Glider Globe Glockenspiel Glove Goblet Gondola Gong
    Goose Gosling Gossamer Grapevine Grasshopper Griffin Grotto Grove Guitar Gull Guppy
    Gyroscope Hamlet Hammock Hamster Harbour Hare Harmonica Harmony Harp Harpsichord Harvest Hat
    Haven Hawk Hawthorn Haystack Hazelnut Headland Heath Heather Hedge Hedgehog Helmet Hermit
    Heron Hibiscus Highland Hill Hillside Hippo Holly Honeybee Honeycomb Honeysuckle Horizon
    Hornbeam Horseshoe Hourglass Hummingbird Hyacinth Ibex Ibis Iceberg Icicle Iguana Impala
    Inkwell Inlet Interlude Iris Island Islet Isthmus Ivy Jackal Jackdaw Jaguar Jam Jar Jasmine
    Javelin Jay Jelly Jellyfish Jetty Jewel Jigsaw Jingle Jonquil Journal Journey Jubilee
    Juggler Juniper Kaleidoscope Kangaroo Kayak Keel Keepsake Kestrel Kettle Keyboard Keystone
    Kiln Kingfisher Kite Kiwi Knapsack Knight Knoll Koala Lagoon Lake Lamb Lamp Lamppost
    Landmark Lantern Larch Lark Lasso Lattice Laurel Lavender Leaf Ledger Lemming Lemon Lemur
    Leopard Letter Lettuce Library Lighthouse Lily Lime Linden Linnet Lion Llama Lobby Locket
    Locomotive Lodge Loom Lotus Lullaby Lute Lynx Lyre Macaw Magnet Magnolia Magpie Mallard
    Mallet Manatee Mandolin Mango Mangrove Manor Mantle Manuscript Map Maple Maraca Marathon
    Marble March Margin Marigold Marimba Mariner Market Marmalade Marmot Marsh Marten Mascot
    Mast Matinee Mayfly Maze Meadow Medal Medley Megaphone Melody Melon Merlin Mermaid Mesa
    Meteor Metronome Microscope Midnight Milestone Mill Mimosa Mineral Minnow Minstrel Mint
    Minuet Mirage Mirror Mist Mitten Moat Mocha Mongoose Monolith Monsoon Moon Moonbeam
    Moonlight Moor Moose Morning Mosaic Moss Moth Motif Mountain Mousse Muffin Mulberry Mural
    Museum Mushroom Music Mussel Narwhal Navigator Nebula Nectar Nectarine Nest Newt Nightingale
    Nimbus Nocturne Nomad Nook North Notebook Nougat Nova Nugget Nutmeg Oak Oasis Oat Obelisk
    Oboe Observatory Ocarina Ocean Ocelot Octave Octopus Odyssey Okapi Olive Onyx Opal Opera
    Orange Orbit Orchard Orchestra Orchid Organ Origami Oriole Osprey Ostrich Otter Outpost
    Outrigger Overture Owl Oyster Paddle Page Pagoda Palace Palette Palm Pamphlet Panda Pangolin
    Panorama Pansy Panther Papaya Paper Papyrus Parade Parakeet Parasol Parchment Parrot Parsley
    Partridge Passage Pastry Path Patio Pavement Pavilion Peach Peacock Peak Peanut Pear Pearl
    Pebble Pelican Pendant Pendulum Penguin Peninsula Peony Pepper Percussion Periscope
    Periwinkle Petal Petrel Petunia Pheasant Phoenix Phonograph Piano Piccolo Picnic Pier Pigeon
    Pillow Pilot Pine Pineapple Pinnacle Pioneer Pistachio Pixel Plain Planet Planetarium
    Plateau Platypus Plaza Plover Plume Pocket Poem Poet Polaris Polka Pollen Polygon Pond Pony
    Poplar Poppy Porcupine Porpoise Portal Portico Portrait Possum Postcard Potter Prairie
    Prelude Primrose Prism Procession Promenade Propeller Prose Puffin Pulse Puma Pumpkin Puppet
    Puppy Puzzle Pylon Pyramid Quail Quarry Quartet Quartz Quasar Quay Quest Quill Quilt Quince
    Quintet Quiver Quokka Rabbit Raccoon Radish Raft Ragtime Railway Rain Rainbow Raindrop
    Ranger Raspberry Raven Ravine Reed Reef Refrain Regatta Reindeer Relay Relic Reservoir
    Rhapsody Rhino Rhythm Ribbon Riddle Ridge Ripple River Riverbank Roadrunner Robin Rocket
    Rondo Rook Rooster Rosemary Rotunda Rover Rowan Rudder Sable Saddle Saffron Sail Sailboat
    Sailor Salamander Salmon Sandcastle Sandpiper Sapling Satchel Satellite Saunter Savannah
    Saxophone Scarf Scherzo Schooner Scooter Scribe Scroll Sculptor Seagull Seahorse Seal
    Seashell Season Sequoia Serenade Serval Sextant Shadow Shamrock Shanty Shed Sheep Shell
    Shepherd Shore Signal Silhouette Skylark Skyline Sled Sleigh Sloop Sloth Smoothie Snail
    Snapdragon Snare Snorkel Snowball Snowdrop Snowfall Snowflake Solo Solstice Sonar Sonata
    Song Sonnet Sorbet Spaniel Spark Sparrow Spectrum Sphere Spindle Spiral Spire Spring Sprout
    Spruce Spyglass Squirrel Stage Staircase Stallion Star Starfish Starlight Starling Station
    Statue Steamboat Steeple Stencil Stork Storybook Strait Strawberry Stream Street Stroll
    Studio Summit Sunbeam Sundial Sunflower Sunrise Sunset Surf Swallow Swan Sycamore Symbol
    Symphony Synth Tablet Tadpole Tambourine Tango Tapestry Tapir Tarn Tavern Teacup Teapot
    Telescope Tempo Terrace Terrapin Thermal Thicket Thimble Thistle Throne Thrush Thunder Thyme
    Tiara Tide Tiger Timber Timpani Toast Toboggan Toffee Tomato Topiary Torch Tortoise Toucan
    Tower Trail Trampoline Traveller Treasure Treble Tree Treetop Trellis Triangle Trident
    Trinket Trio Trombone Trophy Trout Truffle Trumpet Tugboat Tulip Tundra Tune Tunnel Turbine
    Turnip Turret Turtle Twig Twilight Typewriter Ukulele Umbrella Unicorn Unicycle Universe
    Valley Vanilla Vault Veranda Verse Viaduct Village Vineyard Viola Violet Violin Vista
    Volcano Vortex Voyage Voyager Wagon Wagtail Walker Wallaby Walnut Walrus Waltz Wanderer
    Warbler Waterfall Waterlily Watermelon Watermill Wave Waxwing Weasel Weaver Whale Wharf
    Wheat Wheel Whirlpool Whisk Whisper Whistle Wildflower Willow Windmill Window Winter
    Wisteria Wizard Wolf Wombat Wonder Woodland Woodpecker Workshop Wren Xylophone Yacht Yak
    Yarn Yarrow Yeti Zebra Zenith Zephyr Zeppelin Zinnia Zither
"""
